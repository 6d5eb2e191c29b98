#include "auth/session_value.hpp"

#include <gtest/gtest.h>

#include "crypto/bytes.hpp"
#include "crypto/sealed.hpp"

namespace portal::auth {
namespace {

crypto::Keyring new_keys() { return crypto::Keyring::parse(crypto::generate_keys().view()).value(); }

SessionValue value() {
  SessionValue value{.member = {.account_id = 7,
                                .member_id = 9'007'199'254'740'993,
                                .membership_id = 11,
                                .client_id = 13,
                                .permissions = {access::Permission::kViewJobStatus, access::Permission::kViewDocuments},
                                .session_hash = {}},
                     .expires_at = Timestamp(std::chrono::seconds(1'800'000'000))};
  value.member.session_hash.fill(42);
  return value;
}

class SessionValueTest : public ::testing::Test {
 protected:
  crypto::Keyring keys = new_keys();
  SessionValue stored = value();
  access::SessionHash hash = stored.member.session_hash;
};

TEST_F(SessionValueTest, OpensAsItWasSealed) {
  const Result<SessionValue> opened = open_session_value(seal_session(stored, keys), hash, keys);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->member.account_id, 7);
  EXPECT_EQ(opened->member.member_id, 9'007'199'254'740'993);
  EXPECT_EQ(opened->member.membership_id, 11);
  EXPECT_EQ(opened->member.client_id, 13);
  EXPECT_EQ(opened->member.permissions, stored.member.permissions);
  EXPECT_EQ(opened->member.session_hash, hash);
  EXPECT_EQ(opened->expires_at, stored.expires_at);
  stored.member.permissions = {};
  EXPECT_TRUE(open_session_value(seal_session(stored, keys), hash, keys)->member.permissions.empty());
}

// Catches a value that somebody moved to another session's entry.
TEST_F(SessionValueTest, OpensForItsOwnSessionAndKeyOnly) {
  access::SessionHash other = hash;
  other[31] ^= 1U;
  EXPECT_FALSE(open_session_value(seal_session(stored, keys), other, keys));
  EXPECT_FALSE(open_session_value(seal_session(stored, keys), hash, new_keys()));
}

TEST_F(SessionValueTest, NoBitCanBeChanged) {
  const std::string sealed = seal_session(stored, keys);
  for (std::size_t place = 0; place < sealed.size(); ++place) {
    std::string changed = sealed;
    changed[place] = static_cast<char>(changed[place] ^ 4);
    EXPECT_FALSE(open_session_value(changed, hash, keys)) << place;
    EXPECT_FALSE(open_session_value(sealed.substr(0, place), hash, keys)) << place;
  }
  EXPECT_FALSE(open_session_value(sealed + "x", hash, keys));
}

// Whatever was encrypted for another use with the same file of keys.
TEST_F(SessionValueTest, AnotherPurposeIsNoSession) {
  const crypto::Context place = crypto::Context("redis.session").add("s1").add(crypto::text_of(crypto::Bytes(hash)));
  const Result<crypto::Sealed> sealed = crypto::seal(std::string(40, 'x'), place, keys);
  ASSERT_TRUE(sealed);
  EXPECT_FALSE(open_session_value("s1" + std::string(crypto::text_of(sealed->bytes)), hash, keys));
}

TEST_F(SessionValueTest, WhatIsSealedTwiceLooksDifferent) {
  EXPECT_NE(seal_session(stored, keys), seal_session(stored, keys));
}

TEST_F(SessionValueTest, TheNameTellsNothingAndDependsOnTheKey) {
  const std::string name = name_session_entry(hash, keys);
  EXPECT_EQ(name.size(), std::string_view("portal:s1:").size() + 64);
  EXPECT_EQ(name, name_session_entry(hash, keys));
  EXPECT_NE(name, name_session_entry(hash, new_keys()));
  EXPECT_EQ(name.find(crypto::encode_hex(hash)), std::string::npos);
  // A new line of the file of keys: new names, and the old values are not even looked at.
  const crypto::Keyring rotated =
      crypto::Keyring::parse(std::string(crypto::generate_keys().view()) + "\n" +
                             std::string(crypto::generate_key(crypto::KeyPurpose::kSessionCache).line.view()))
          .value();
  EXPECT_NE(name, name_session_entry(hash, rotated));
}

}  // namespace
}  // namespace portal::auth
