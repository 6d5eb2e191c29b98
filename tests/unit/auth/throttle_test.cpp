// Limits on tries, on memory like the workers'. Time is the test's.
#include "auth/throttle.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "auth/email.hpp"

namespace portal::auth {
namespace {

class Clock final : public io::Loop {
 public:
  std::unique_ptr<io::Watch> watch(int, io::Callback) override { return nullptr; }
  std::unique_ptr<io::Timer> timer(io::Callback, io::TimerKind) override { return nullptr; }
  std::unique_ptr<io::Wake> wake(io::Callback) override { return nullptr; }
  io::MonotonicTime now() const override { return io::MonotonicTime(std::chrono::hours(1000) + passed_); }
  void pass(std::chrono::seconds time) { passed_ += time; }

 private:
  std::chrono::seconds passed_{0};
};

shared::Zone open(shared::OwnMemory& memory) {
  EXPECT_TRUE(shared::Zone::prepare(memory.bytes()));
  return *shared::Zone::open(memory.bytes());
}

KnownLogin login_of(std::string_view email, std::int64_t account_id = 1) {
  return {.account_id = account_id, .login = hash_login(email)};
}

std::string address_of(int number) {
  return "10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250);
}

class ThrottleTest : public ::testing::Test {
 protected:
  Result<Attempt> begin(const KnownLogin& login, const std::string& address = "192.0.2.1",
                        std::optional<DeviceId> device = std::nullopt) {
    Task<Result<Attempt>> task = throttle.begin_sign_in(login, address, device);
    task.handle().resume();
    EXPECT_TRUE(task.done());
    return task.take();
  }
  // Seconds to wait, 0: the try was admitted, and it stays counted.
  std::uint32_t fail_once(const KnownLogin& login, const std::string& address = "192.0.2.1",
                          std::optional<DeviceId> device = std::nullopt) {
    const Result<Attempt> attempt = begin(login, address, device);
    if (attempt) return 0;
    EXPECT_EQ(attempt.error().code, ErrorCode::kTooManyRequests);
    EXPECT_GE(attempt.error().retry_after_seconds, 1U);
    return attempt.error().retry_after_seconds;
  }
  // Each from an address of its own.
  int admitted_of(int tries, const KnownLogin& login) {
    int admitted = 0;
    for (int number = 0; number < tries; ++number) admitted += fail_once(login, address_of(number)) == 0;
    return admitted;
  }

  Clock clock;
  shared::OwnMemory memory{4UL * 1024 * 1024};
  shared::Zone zone = open(memory);
  Throttle throttle{zone, clock, Throttling::kOn};
};

TEST_F(ThrottleTest, TenFailuresOfALoginFromWhereverTheyCome) {
  EXPECT_EQ(admitted_of(1000, login_of("anna@example.com")), 10);
  EXPECT_EQ(fail_once(login_of("anna@example.com")), 900U);
  EXPECT_EQ(fail_once(login_of("bob@example.com")), 0U) << "others are not concerned";
  EXPECT_EQ(fail_once(login_of("anna@example.com", 2)), 0U) << "nor is another account's login of that name";
  EXPECT_EQ(throttle.figures().refused_logins, 991U);
}

TEST_F(ThrottleTest, RefusalsCountNothing) {
  const KnownLogin anna = login_of("anna@example.com");
  EXPECT_EQ(admitted_of(10, anna), 10);
  for (int minute = 0; minute < 15; ++minute) {
    EXPECT_EQ(fail_once(anna), (15U - static_cast<unsigned>(minute)) * 60);
    clock.pass(std::chrono::minutes(1));
  }
  EXPECT_EQ(fail_once(anna), 0U);
  EXPECT_EQ(fail_once(anna), 1800U) << "the delay grows";
  // The address was refused as often, and is as free as it was.
  EXPECT_EQ(fail_once(login_of("bob@example.com")), 0U);
}

TEST_F(ThrottleTest, SuccessForgetsTheFailures) {
  const KnownLogin anna = login_of("anna@example.com");
  for (int round = 0; round < 5; ++round) {
    EXPECT_EQ(admitted_of(9, anna), 9);
    Result<Attempt> attempt = begin(anna, "203.0.113.5");
    ASSERT_TRUE(attempt);
    attempt->succeed();
  }
  EXPECT_EQ(admitted_of(20, anna), 10);
}

TEST_F(ThrottleTest, WhatWasNoTryIsGivenBack) {
  const KnownLogin anna = login_of("anna@example.com");
  for (int number = 0; number < 100; ++number) {
    Result<Attempt> attempt = begin(anna);
    ASSERT_TRUE(attempt);
    attempt->settle(Result<int>(fail(ErrorCode::kOverloaded)));
  }
  for (int number = 0; number < 10; ++number) {
    Result<Attempt> attempt = begin(anna);
    ASSERT_TRUE(attempt);
    attempt->settle(Result<int>(fail(ErrorCode::kInvalidCredentials)));
  }
  EXPECT_EQ(fail_once(anna), 900U);
}

TEST_F(ThrottleTest, SuccessesOfOneAddressAreNoFailures) {
  for (int number = 0; number < 200; ++number) {
    Result<Attempt> attempt = begin(login_of("member" + std::to_string(number)));
    ASSERT_TRUE(attempt);
    attempt->succeed();
  }
}

TEST_F(ThrottleTest, ThirtyFailuresOfAnAddressInAQuarterOfAnHour) {
  int admitted = 0;
  for (int second = 0; second < 900; ++second) {
    admitted +=
        fail_once(login_of("login" + std::to_string(second)), "2001:db8:1:2::" + std::to_string(second % 10)) == 0;
    clock.pass(std::chrono::seconds(1));
  }
  EXPECT_GE(admitted, 29);
  EXPECT_LE(admitted, 30);
  EXPECT_EQ(fail_once(login_of("another"), "2001:db8:1:3::1"), 0U) << "the next /64 is somebody else";
}

TEST_F(ThrottleTest, AnAccountUnderAttackStaysOpenForThoseWhoHaveNotFailed) {
  // One failure for each of many logins, from addresses that have failed before.
  int admitted = 0;
  for (int number = 0; number < 1000; ++number) {
    admitted += fail_once(login_of("login" + std::to_string(number)), address_of(number % 100)) == 0;
  }
  EXPECT_EQ(admitted, 300);
  EXPECT_GT(throttle.figures().refused_accounts, 0U);
  EXPECT_EQ(fail_once(login_of("member"), "198.51.100.7"), 0U);
  EXPECT_NE(fail_once(login_of("member"), "198.51.100.7"), 0U);
  EXPECT_EQ(fail_once(login_of("member", 2), address_of(1)), 0U) << "another account";
}

// SECURITY R06: a correct password from a known device still works during an attack.
TEST_F(ThrottleTest, AKnownDeviceIsCountedApart) {
  const KnownLogin anna = login_of("anna@example.com");
  const DeviceId device{1};
  EXPECT_EQ(admitted_of(1000, anna), 10);
  for (int number = 0; number < 25; ++number) fail_once(login_of("x" + std::to_string(number)));  // her address, too
  for (int number = 0; number < 10; ++number) EXPECT_EQ(fail_once(anna, "192.0.2.1", device), 0U);
  EXPECT_EQ(fail_once(anna, "192.0.2.1", device), 900U) << "a device that was stolen has a limit, too";
  EXPECT_EQ(fail_once(anna, "192.0.2.1", DeviceId{2}), 0U);
  Result<Attempt> attempt = begin(anna, "192.0.2.1", DeviceId{3});
  ASSERT_TRUE(attempt);
  attempt->succeed();
  EXPECT_NE(fail_once(anna, "203.0.113.9"), 0U) << "strangers gain nothing by her success";
}

TEST_F(ThrottleTest, AHundredFailuresAndNoMoreUntilTheOwnerComes) {
  const KnownLogin anna = login_of("anna@example.com");
  int admitted = 0;
  for (int hour = 0; hour < 24 * 400; ++hour) {
    while (fail_once(anna, address_of(hour)) == 0) ++admitted;
    clock.pass(std::chrono::hours(1));
  }
  EXPECT_EQ(admitted, 100);
  Result<Attempt> attempt = begin(anna, "192.0.2.1", DeviceId{1});
  ASSERT_TRUE(attempt);
  attempt->succeed();
  EXPECT_EQ(fail_once(anna), 0U);
}

TEST_F(ThrottleTest, ANewPasswordForgetsWhatWasGuessed) {
  const KnownLogin anna = login_of("anna@example.com");
  EXPECT_EQ(admitted_of(20, anna), 10);
  throttle.forget(anna);
  EXPECT_EQ(admitted_of(20, anna), 10);
}

TEST_F(ThrottleTest, TheOwnPasswordIsNotGuessedFromInside) {
  for (int number = 0; number < 10; ++number) ASSERT_TRUE(throttle.begin_confirmation(1, 7));
  EXPECT_FALSE(throttle.begin_confirmation(1, 7));
  EXPECT_TRUE(throttle.begin_confirmation(1, 8));
  EXPECT_TRUE(throttle.begin_confirmation(2, 7));
}

TEST_F(ThrottleTest, UnknownLinksCountAndKnownOnesDoNot) {
  for (int number = 0; number < 100; ++number) {
    Result<Attempt> attempt = throttle.begin_link("192.0.2.1");
    ASSERT_TRUE(attempt);
    attempt->settle(Result<int>(1));
    attempt = throttle.begin_link("192.0.2.1");
    ASSERT_TRUE(attempt);
    attempt->settle(Result<int>(fail(ErrorCode::kActivationExpired)));
  }
  for (int number = 0; number < 20; ++number) {
    Result<Attempt> attempt = throttle.begin_link("192.0.2.1");
    ASSERT_TRUE(attempt);
    attempt->settle(Result<int>(fail(ErrorCode::kTokenUnknown)));
  }
  const Result<Attempt> refused = throttle.begin_link("192.0.2.1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after_seconds, 90U);
  EXPECT_TRUE(throttle.begin_link("192.0.2.2"));
  EXPECT_TRUE(throttle.begin_link("unix:")) << "behind a unix socket everybody has one address";
}

TEST_F(ThrottleTest, MessagesHaveARate) {
  int admitted = 0;
  for (int second = 0; second < 900; ++second) {
    admitted += throttle.admit_message("203.0.113.1").has_value();
    clock.pass(std::chrono::seconds(1));
  }
  EXPECT_GE(admitted, 29);
  EXPECT_LE(admitted, 30);
  EXPECT_TRUE(throttle.admit_message("203.0.113.2"));
}

TEST_F(ThrottleTest, VisitsHaveARate) {
  int admitted = 0;
  for (int number = 0; number < 1000; ++number) admitted += throttle.admit_visit("192.0.2.1").has_value();
  EXPECT_EQ(admitted, 300);
  clock.pass(std::chrono::seconds(10));
  for (int number = 0; number < 100; ++number) admitted += throttle.admit_visit("192.0.2.1").has_value();
  EXPECT_EQ(admitted, 310);
  for (int number = 0; number < 1000; ++number) EXPECT_TRUE(throttle.admit_visit("unix:"));
}

TEST_F(ThrottleTest, OffMeansOff) {
  Throttle off(zone, clock, Throttling::kOff);
  for (int number = 0; number < 1000; ++number) {
    EXPECT_TRUE(off.admit_visit("192.0.2.1"));
    EXPECT_TRUE(off.begin_link("192.0.2.1"));
    EXPECT_TRUE(off.begin_confirmation(1, 1));
    EXPECT_TRUE(off.admit_message("192.0.2.1"));
  }
}

// Another worker, or the same one after a crash or a reload, has the same memory.
TEST_F(ThrottleTest, WorkersCountTogether) {
  const KnownLogin anna = login_of("anna@example.com");
  EXPECT_EQ(admitted_of(6, anna), 6);
  {
    Throttle other(*shared::Zone::open(memory.bytes()), clock, Throttling::kOn);
    Task<Result<Attempt>> task = other.begin_sign_in(anna, "192.0.2.77", std::nullopt);
    task.handle().resume();
    ASSERT_TRUE(task.take());  // and dies without a word
  }
  EXPECT_EQ(admitted_of(20, anna), 3);
}

// SECURITY R07: a thousand at once are no way past a limit.
TEST_F(ThrottleTest, ALimitHoldsAtOnce) {
  constexpr int kWorkers = 8;
  for (int round = 0; round < 20; ++round) {
    const KnownLogin login = login_of("login" + std::to_string(round));
    std::atomic<int> admitted{0};
    std::atomic<int> waiting{kWorkers};
    std::vector<std::thread> workers;
    for (int worker = 0; worker < kWorkers; ++worker) {
      workers.emplace_back([&, worker] {
        Throttle own(zone, clock, Throttling::kOn);
        --waiting;
        while (waiting > 0) std::this_thread::yield();
        for (int number = 0; number < 125; ++number) {
          Task<Result<Attempt>> task =
              own.begin_sign_in(login, address_of(round * 1000 + worker * 125 + number), std::nullopt);
          task.handle().resume();
          if (task.take()) ++admitted;
        }
      });
    }
    for (std::thread& worker : workers) worker.join();
    EXPECT_EQ(admitted, 10);
  }
}

// A flood of other logins does not make the table forget the one under attack.
TEST_F(ThrottleTest, AFloodDoesNotPushOutALoginUnderAttack) {
  const KnownLogin anna = login_of("anna@example.com");
  EXPECT_EQ(admitted_of(10, anna), 10);
  const Ticks now = Ticks{3'600'000} * kTicksPerSecond;
  const std::uint64_t one = count_failure(0, now, limits::kLoginFailures).value;
  // As many as there is room for, in every place but hers.
  for (shared::Word& word : zone.failures()) {
    if (word == 0) word = std::uint64_t{77} << shared::Table::kValueBits | one;
  }
  for (int number = 0; number < 1000; ++number)
    EXPECT_EQ(fail_once(login_of("x" + std::to_string(number)), address_of(number)), 0U);
  EXPECT_NE(fail_once(anna, "203.0.113.200"), 0U);
}

}  // namespace
}  // namespace portal::auth
