// The two counters against models that remember every single try.
#include "auth/counting.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace portal::auth {
namespace {

constexpr std::uint64_t kMinute = 60;

Ticks at(std::uint64_t second) { return second * kTicksPerSecond; }

TEST(CountFailure, EachDelayIsTwiceTheOneBeforeUpToADay) {
  std::uint64_t value = 0;
  std::uint64_t second = 1000;
  for (std::uint32_t number = 0; number < limits::kLoginFailures.free; ++number) {
    const Verdict verdict = count_failure(value, at(second), limits::kLoginFailures);
    ASSERT_TRUE(verdict.admitted);
    value = verdict.value;
  }
  std::vector<std::uint32_t> waits;
  while (failures_in(value) < limits::kLoginFailures.in_all) {
    const Verdict refused = count_failure(value, at(second), limits::kLoginFailures);
    ASSERT_FALSE(refused.admitted);
    waits.push_back(refused.retry_after_seconds);
    second += refused.retry_after_seconds;
    EXPECT_FALSE(count_failure(value, at(second - 1), limits::kLoginFailures).admitted);
    const Verdict verdict = count_failure(value, at(second), limits::kLoginFailures);
    ASSERT_TRUE(verdict.admitted);
    value = verdict.value;
  }
  EXPECT_EQ(std::vector(waits.begin(), waits.begin() + 8),
            (std::vector<std::uint32_t>{900, 1800, 3600, 7200, 14400, 28800, 57600, 86400}));
  EXPECT_EQ(waits.back(), 86400U);
  EXPECT_EQ(waits.size(), limits::kLoginFailures.in_all - limits::kLoginFailures.free);
  // SECURITY R06: a hundred in all, however long somebody waits.
  for (const std::uint64_t later : {1UL, 86400UL, 365UL * 86400}) {
    EXPECT_FALSE(count_failure(value, at(second + later), limits::kLoginFailures).admitted);
  }
}

TEST(CountFailure, WhatIsGivenBackWasNeverThere) {
  std::uint64_t value = 0;
  for (int number = 0; number < 11; ++number) {
    const std::uint64_t before = value;
    value = count_failure(value, at(100 + 2000 * static_cast<std::uint64_t>(number)), limits::kLoginFailures).value;
    EXPECT_EQ(give_failure_back(value, before), before);
  }
  // Another one came between: one is taken off, and the time stays.
  const std::uint64_t before = value;
  value = count_failure(value, at(100'000), limits::kLoginFailures).value;
  const std::uint64_t after = count_failure(value, at(200'000), limits::kLoginFailures).value;
  EXPECT_EQ(failures_in(give_failure_back(after, before)), failures_in(after) - 1);
  EXPECT_FALSE(count_failure(give_failure_back(after, before), at(200'001), limits::kLoginFailures).admitted);
  EXPECT_EQ(give_failure_back(0, 0), 0U);
}

TEST(CountFailure, WhoeverKnowsOfMoreIsRight) {
  const std::uint64_t three = learn_failures(0, at(100), 3);
  EXPECT_EQ(failures_in(three), 3U);
  EXPECT_EQ(learn_failures(three, at(200), 2), three);
  EXPECT_FALSE(count_failure(learn_failures(three, at(200), 10), at(201), limits::kLoginFailures).admitted);
  EXPECT_FALSE(
      count_failure(learn_failures(three, at(200), 5000), at(200 + 400 * 86400), limits::kLoginFailures).admitted);
}

TEST(LearnRate, IsFullWhenAllHostsTogetherHaveHadTheirShare) {
  const limits::Rate limit = limits::kAddressFailures;  // 30 in a quarter of an hour
  EXPECT_EQ(learn_rate(7, at(1000), 29, limit), 7U);
  const Verdict verdict = count_rate(learn_rate(7, at(1000), 30, limit), at(1000), limit);
  EXPECT_FALSE(verdict.admitted);
  EXPECT_EQ(verdict.retry_after_seconds, 90U);
}

TEST(CountFailure, TheFreshAndTheManyAreWorthMore) {
  const auto worth_after = [](int failures, std::uint64_t second) {
    std::uint64_t value = 0;
    for (int number = 0; number < failures; ++number) {
      value = count_failure(value, at(second), limits::kLoginFailures).value;
    }
    return worth_of_failures(value);
  };
  EXPECT_LT(worth_after(1, 1000), worth_after(1, 1001));
  EXPECT_LT(worth_after(1, 1000), worth_after(2, 1000));
  EXPECT_LT(worth_after(1, 8 * 86400), worth_after(10, 0)) << "a flood of new logins does not push out an old attack";
}

// Whatever the order of tries, waits, successes and errors: what is admitted keeps to the rule.
TEST(CountFailure, KeepsToItsRuleInAnyOrder) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    std::uint64_t value = 0;
    std::uint64_t second = 100'000;
    std::vector<std::uint64_t> failures;  // consecutive ones, by their time
    for (int step = 0; step < 500; ++step) {
      second += random() % 5 == 0 ? random() % (40 * kMinute) : random() % 3;
      const std::uint64_t before = value;
      const Verdict verdict = count_failure(value, at(second), limits::kLoginFailures);
      const std::size_t count = failures.size();
      if (verdict.admitted) {
        ASSERT_LT(count, limits::kLoginFailures.in_all);
        if (count >= limits::kLoginFailures.free) {
          const std::uint64_t wait =
              std::min<std::uint64_t>(15 * kMinute << std::min<std::size_t>(count - 10, 20), 86400);
          ASSERT_GE(second - failures.back(), wait);
        }
        const unsigned outcome = random() % 40;
        value = outcome == 0 ? 0 : outcome < 4 ? give_failure_back(verdict.value, before) : verdict.value;
        if (outcome == 0) failures.clear();
        if (outcome >= 4) failures.push_back(second);
        ASSERT_EQ(failures_in(value), failures.size());
      } else {
        ASSERT_GE(count, limits::kLoginFailures.free) << "the first ones are free";
        ASSERT_GE(verdict.retry_after_seconds, 1U);
      }
    }
  }
}

class CountRate : public ::testing::TestWithParam<limits::Rate> {};

TEST_P(CountRate, NoSpanOfTimeHasMoreThanItsShare) {
  const limits::Rate limit = GetParam();
  for (unsigned seed = 0; seed < 30; ++seed) {
    std::mt19937 random(seed);
    std::uint64_t value = 0;
    Ticks now = at(100'000);
    std::vector<Ticks> admitted;
    for (int step = 0; step < 2000; ++step) {
      now += random() % 3 == 0 ? random() % (limit.seconds_for_one * kTicksPerSecond) : random() % 20;
      if (random() % 300 == 0) now += at(limit.seconds_for_one) * limit.at_once;
      const Verdict verdict = count_rate(value, now, limit);
      if (!verdict.admitted) {
        ASSERT_GE(verdict.retry_after_seconds, 1U);
        ASSERT_TRUE(count_rate(value, now + at(verdict.retry_after_seconds), limit).admitted);
        continue;
      }
      if (random() % 10 == 0) {
        ASSERT_EQ(give_rate_back(verdict.value, now, limit), is_clean(value, now) ? 0 : value);
        continue;
      }
      value = verdict.value;
      admitted.push_back(now);
    }
    for (std::size_t last = 0; last < admitted.size(); last += 7) {
      for (std::size_t first = 0; first <= last; first += 5) {
        const double seconds = static_cast<double>(admitted[last] - admitted[first]) / kTicksPerSecond;
        ASSERT_LE(static_cast<double>(last - first + 1), limit.at_once + seconds / limit.seconds_for_one + 1e-9);
      }
    }
    ASSERT_GT(admitted.size(), limit.at_once);
  }
}

INSTANTIATE_TEST_SUITE_P(All, CountRate,
                         ::testing::Values(limits::kAddressFailures, limits::kAccountFailures, limits::kAddressVisits,
                                           limits::kAddressMessages));

}  // namespace
}  // namespace portal::auth
