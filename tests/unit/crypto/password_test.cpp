#include "crypto/password.hpp"

#include <ctime>
#include <limits>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "crypto/argon2.hpp"
#include "crypto/fixed_keys.hpp"

namespace portal::crypto {
namespace {

constexpr PasswordCost kCheap{.memory_kib = 64, .iterations = 1, .lanes = 1};
// Made by another program: Argon2id of the HMAC of "correct horse battery" with the fixed pepper.
constexpr std::string_view kStored =
    "$argon2id$v=19$m=256,t=1,p=1,keyid=k1$AAECAwQFBgcICQoLDA0ODw$R9b/J3Mw1ttQuR/3pew2WOSXvsXy0nJZ/ahKh9BcFgc";

// The test vectors of the reference implementation, version 0x13.
TEST(Argon2id, IsThatOfTheReferenceImplementation) {
  struct Case {
    PasswordCost cost;
    std::string_view password, salt, hash;
  };
  const Case cases[] = {
      {{65536, 2, 1}, "password", "somesalt", "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"},
      {{256, 2, 1}, "password", "somesalt", "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"},
      {{256, 2, 2}, "password", "somesalt", "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"},
      {{65536, 1, 1}, "password", "somesalt", "f6a5adc1ba723dddef9b5ac1d464e180fcd9dffc9d1cbf76cca2fed795d9ca98"},
      {{65536, 2, 1},
       "differentpassword",
       "somesalt",
       "0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde"},
      {{65536, 2, 1}, "password", "diffsalt", "bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c"},
  };
  for (const Case& vector : cases) {
    std::array<std::uint8_t, 32> hash;
    ASSERT_TRUE(argon2id(bytes_of(vector.password), bytes_of(vector.salt), vector.cost, hash));
    EXPECT_EQ(encode_hex(hash), vector.hash);
  }
}

TEST(Argon2id, RefusesACostThatItDoesNotKnow) {
  std::array<std::uint8_t, 32> hash;
  EXPECT_FALSE(
      argon2id(bytes_of("password"), bytes_of("somesalt"), {.memory_kib = 1, .iterations = 1, .lanes = 1}, hash));
  EXPECT_FALSE(argon2id(bytes_of("password"), bytes_of("short"), kCheap, hash));
}

TEST(Password, IsStoredInPhcFormatWithTheDefaultCost) {
  const Keyring keys = fixed_keyring();
  const Result<std::string> stored = hash_password("correct horse battery", keys);
  ASSERT_TRUE(stored);
  EXPECT_TRUE(stored->starts_with("$argon2id$v=19$m=19456,t=2,p=1,keyid=k1$")) << *stored;
  EXPECT_EQ(stored->size(), std::string_view("$argon2id$v=19$m=19456,t=2,p=1,keyid=k1$").size() + 22 + 1 + 43);
  EXPECT_EQ(verify_password("correct horse battery", *stored, keys).value(), true);
  EXPECT_FALSE(needs_rehash(*stored, keys));
}

TEST(Password, OfAnotherProgramIsVerified) {
  const Keyring keys = fixed_keyring();
  EXPECT_EQ(verify_password("correct horse battery", kStored, keys).value(), true);
  for (const std::string& wrong :
       {std::string(), std::string("correct horse batter"), std::string("correct horse battery "),
        std::string("Correct horse battery"), std::string("correct horse battery\0", 22)}) {
    EXPECT_EQ(verify_password(wrong, kStored, keys).value(), false) << wrong;
  }
}

TEST(Password, HashesOfTheSameDiffer) {
  const Keyring keys = fixed_keyring();
  EXPECT_NE(hash_password("a", keys, kCheap).value(), hash_password("a", keys, kCheap).value());
}

TEST(Password, CountsToItsLastByte) {
  const Keyring keys = fixed_keyring();
  const std::string longest(limits::kPasswordBytes, 'x');
  const std::string stored = hash_password(longest, keys, kCheap).value();
  EXPECT_EQ(verify_password(longest, stored, keys).value(), true);
  EXPECT_EQ(verify_password(std::string_view(longest).substr(1), stored, keys).value(), false);
  EXPECT_FALSE(hash_password(longest + "x", keys, kCheap));
  EXPECT_FALSE(verify_password(longest + "x", stored, keys));
}

TEST(Password, NeedsThePepperItWasMadeWith) {
  const std::string_view second = "pepper k2 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n";
  const Keyring rotated = make_keyring(std::string(kFixedKeys) + std::string(second));
  EXPECT_EQ(verify_password("correct horse battery", kStored, rotated).value(), true);
  EXPECT_TRUE(needs_rehash(kStored, rotated, kCheap));

  std::string others(kFixedKeys);
  others.replace(others.find("pepper k1"), 9, "pepper k9");
  EXPECT_FALSE(verify_password("correct horse battery", kStored, make_keyring(others)));
  // The same id with another secret is another pepper.
  others.replace(others.find("pepper k9 I"), 11, "pepper k1 J");
  EXPECT_EQ(verify_password("correct horse battery", kStored, make_keyring(others)).value(), false);
}

TEST(Password, IsHashedAnewWhenTheCostRises) {
  const Keyring keys = fixed_keyring();
  EXPECT_FALSE(needs_rehash(kStored, keys, {.memory_kib = 256, .iterations = 1, .lanes = 1}));
  EXPECT_FALSE(needs_rehash(kStored, keys, kCheap));
  EXPECT_TRUE(needs_rehash(kStored, keys, {.memory_kib = 257, .iterations = 1, .lanes = 1}));
  EXPECT_TRUE(needs_rehash(kStored, keys, {.memory_kib = 256, .iterations = 2, .lanes = 1}));
  EXPECT_TRUE(needs_rehash("damaged", keys));
}

TEST(Password, ADamagedHashIsAnErrorAndNeverAMatch) {
  const Keyring keys = fixed_keyring();
  const std::string salt_and_hash(kStored.substr(kStored.find("$AAE")));
  const auto damaged = [&](std::string_view head) { return std::string(head) + salt_and_hash; };
  for (const std::string& stored : {
           std::string(),
           std::string("x"),
           std::string(kStored.substr(1)),
           std::string(kStored.substr(0, kStored.size() - 1)),
           std::string(kStored) + "A",
           std::string(kStored) + "$",
           std::string(limits::kPasswordHashBytes + 1, '$'),
           damaged("$argon2i$v=19$m=256,t=1,p=1,keyid=k1"),
           damaged("$argon2id$v=16$m=256,t=1,p=1,keyid=k1"),
           damaged("$argon2id$v=19$m=0,t=1,p=1,keyid=k1"),
           damaged("$argon2id$v=19$m=256,t=0,p=1,keyid=k1"),
           damaged("$argon2id$v=19$m=256,t=1,p=0,keyid=k1"),
           damaged("$argon2id$v=19$m=-1,t=1,p=1,keyid=k1"),
           damaged("$argon2id$v=19$t=1,m=256,p=1,keyid=k1"),
           damaged("$argon2id$v=19$m=256,t=1,p=1"),
           damaged("$argon2id$v=19$m=" + std::to_string(limits::kPasswordMemoryKib + 1) + ",t=1,p=1,keyid=k1"),
           damaged("$argon2id$v=19$m=256,t=" + std::to_string(limits::kPasswordIterations + 1) + ",p=1,keyid=k1"),
           damaged("$argon2id$v=19$m=256,t=1,p=" + std::to_string(limits::kPasswordLanes + 1) + ",keyid=k1"),
           std::string("$argon2id$v=19$m=256,t=1,p=1,keyid=k1$AAECAwQFBgcICQoLDA0ODw"),
           std::string("$argon2id$v=19$m=256,t=1,p=1,keyid=k1$AAECAwQFBgcICQoLDA0O$R9b/J3Mw1ttQuR/3pew2WOSXvsXy0nJZ/"
                       "ahKh9BcFgc"),
       }) {
    const Result<bool> verified = verify_password("correct horse battery", stored, keys);
    ASSERT_FALSE(verified) << stored;
    EXPECT_EQ(verified.error().code, ErrorCode::kInternal);
  }
}

TEST(Password, OfNobodyIsAlwaysTheSame) {
  const Keyring keys = fixed_keyring();
  const std::string nobodys = make_hash_of_nobody(bytes_of("nobody"), keys);
  EXPECT_EQ(make_hash_of_nobody(bytes_of("nobody"), keys), nobodys);
  EXPECT_NE(make_hash_of_nobody(bytes_of("nobody else"), keys), nobodys);
  EXPECT_FALSE(needs_rehash(nobodys, keys));
  EXPECT_EQ(verify_password("x", nobodys, keys), false);
}

TEST(Password, OfNobodyCostsAHash) {
  const Keyring keys = fixed_keyring();
  const std::string stored = hash_password("x", keys).value();
  // The processor's time of this thread, best of five: what else runs on the machine makes a round longer, never
  // shorter.
  const auto measure = [](auto work) {
    const auto now = [] {
      timespec time{};
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
      return time.tv_sec * 1'000'000'000 + time.tv_nsec;
    };
    auto best = std::numeric_limits<std::int64_t>::max();
    for (int round = 0; round < 5; ++round) {
      const std::int64_t start = now();
      EXPECT_TRUE(work());
      best = std::min(best, now() - start);
    }
    return best;
  };
  const std::string nobodys = make_hash_of_nobody(bytes_of("nobody"), keys);
  const auto nobody = measure([&] { return verify_password("x", nobodys, keys) == false; });
  const auto somebody = measure([&] { return verify_password("x", stored, keys).has_value(); });
  EXPECT_GT(nobody * 3, somebody * 2);
  EXPECT_LT(nobody * 2, somebody * 3);
}

}  // namespace
}  // namespace portal::crypto
