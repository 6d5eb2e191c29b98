#include "auth/passwords.hpp"

#include <gtest/gtest.h>

#include "crypto/password.hpp"
#include "io/epoll_loop.hpp"

namespace portal::auth {
namespace {

constexpr crypto::PasswordCost kWeak{.memory_kib = 64, .iterations = 1, .lanes = 1};

class PasswordsTest : public testing::Test {
 protected:
  template <class T>
  T run(Task<T> task) {
    task.handle().resume();
    EXPECT_TRUE(loop_.run_until([&] { return task.done(); }, io::Duration(20'000)));
    return task.take();
  }
  PasswordPool pool() { return {.offload = threads_, .loop = loop_, .keys = keys_}; }
  std::string stored(std::string_view password, crypto::PasswordCost cost = {}) {
    return *crypto::hash_password(password, keys_, cost);
  }

  crypto::Keyring keys_ = std::move(*crypto::Keyring::parse(crypto::generate_keys().view()));
  io::EpollLoop loop_;
  io::ThreadOffload threads_{loop_, 1, 4};
};

TEST_F(PasswordsTest, TheRightOneMatches) {
  const Result<PasswordCheck> check =
      run(check_password(pool(), crypto::SecretString("correct horse"), stored("correct horse")));
  ASSERT_TRUE(check);
  EXPECT_TRUE(check->matches);
  EXPECT_EQ(check->rehashed, std::nullopt);
}

TEST_F(PasswordsTest, AnotherOneDoesNot) {
  const Result<PasswordCheck> check =
      run(check_password(pool(), crypto::SecretString("correct horsf"), stored("correct horse", kWeak)));
  ASSERT_TRUE(check);
  EXPECT_FALSE(check->matches);
  EXPECT_EQ(check->rehashed, std::nullopt);
}

TEST_F(PasswordsTest, NobodyMatchesNothing) {
  const Result<PasswordCheck> check = run(check_password(pool(), crypto::SecretString("correct horse"), std::nullopt));
  ASSERT_TRUE(check);
  EXPECT_FALSE(check->matches);
}

TEST_F(PasswordsTest, AWeakHashIsMadeAnew) {
  const std::string weak = stored("correct horse", kWeak);
  const Result<PasswordCheck> check = run(check_password(pool(), crypto::SecretString("correct horse"), weak));
  ASSERT_TRUE(check);
  ASSERT_TRUE(check->rehashed);
  EXPECT_FALSE(crypto::needs_rehash(*check->rehashed, keys_));
  EXPECT_TRUE(*crypto::verify_password("correct horse", *check->rehashed, keys_));
}

TEST_F(PasswordsTest, ANewOneIsHashedAsItIs) {
  const Result<std::string> hash = run(hash_password(pool(), crypto::SecretString(" Señal 1 ")));
  ASSERT_TRUE(hash);
  EXPECT_TRUE(*crypto::verify_password(" Señal 1 ", *hash, keys_));
  EXPECT_FALSE(*crypto::verify_password("Señal 1", *hash, keys_));
}

TEST_F(PasswordsTest, ADamagedHashIsAFaultAndNoMatch) {
  const Result<PasswordCheck> check =
      run(check_password(pool(), crypto::SecretString("correct horse"), "$argon2id$v=19$m=64"));
  ASSERT_FALSE(check);
  EXPECT_EQ(check.error().code, ErrorCode::kInternal);
  EXPECT_EQ(check.error().log_detail.find("correct horse"), std::string::npos);
}

TEST_F(PasswordsTest, AFullPoolIsRefusedBeforeHashing) {
  io::ThreadOffload full(loop_, 1, 0);
  const PasswordPool pool{.offload = full, .loop = loop_, .keys = keys_};
  const Result<PasswordCheck> check = run(check_password(pool, crypto::SecretString("x"), std::nullopt));
  ASSERT_FALSE(check);
  EXPECT_EQ(check.error().code, ErrorCode::kOverloaded);
  EXPECT_GT(check.error().retry_after_seconds, 0U);
}

TEST(TakeSecret, KeepsTheText) { EXPECT_EQ(take_secret("five small blue teapots").view(), "five small blue teapots"); }

}  // namespace
}  // namespace portal::auth
