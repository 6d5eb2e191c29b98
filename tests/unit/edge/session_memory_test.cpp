#include "auth/session_memory.hpp"

#include <gtest/gtest.h>

namespace portal::auth {
namespace {

access::Member member(std::int64_t account_id, std::uint8_t number) {
  access::Member member;
  member.account_id = account_id;
  member.member_id = number;
  member.session_hash.fill(number);
  return member;
}

TEST(SessionMemoryTest, FindsWhatItRemembers) {
  SessionMemory memory(4);
  memory.remember(member(1, 7));
  const std::optional<access::Member> found = memory.find(1, member(1, 7).session_hash);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->member_id, 7);
  EXPECT_FALSE(memory.find(1, member(1, 8).session_hash));
}

// Catches a session that counts at another account's host.
TEST(SessionMemoryTest, KeepsAccountsApart) {
  SessionMemory memory(4);
  memory.remember(member(1, 7));
  EXPECT_FALSE(memory.find(2, member(1, 7).session_hash));
}

TEST(SessionMemoryTest, WhatIsNewReplacesWhatIsOld) {
  SessionMemory memory(4);
  memory.remember(member(1, 7));
  access::Member changed = member(1, 7);
  changed.membership_id = 99;
  memory.remember(changed);
  EXPECT_EQ(memory.size(), 1U);
  EXPECT_EQ(memory.find(1, changed.session_hash)->membership_id, 99);
}

TEST(SessionMemoryTest, ForgetsTheLongestUnusedAtItsLimit) {
  SessionMemory memory(3);
  for (std::uint8_t number = 1; number <= 3; ++number) memory.remember(member(1, number));
  ASSERT_TRUE(memory.find(1, member(1, 1).session_hash));  // used: no longer the oldest
  memory.remember(member(1, 4));
  EXPECT_EQ(memory.size(), 3U);
  EXPECT_TRUE(memory.find(1, member(1, 1).session_hash));
  EXPECT_FALSE(memory.find(1, member(1, 2).session_hash));
  EXPECT_TRUE(memory.find(1, member(1, 4).session_hash));
}

TEST(SessionMemoryTest, Forgets) {
  SessionMemory memory(3);
  memory.remember(member(1, 1));
  memory.forget(member(1, 1).session_hash);
  memory.forget(member(1, 1).session_hash);
  EXPECT_FALSE(memory.find(1, member(1, 1).session_hash));
  EXPECT_EQ(memory.size(), 0U);
}

std::shared_ptr<const Identity> identity_of(const access::Member& member) {
  return std::make_shared<const Identity>(describe(member, "kim@example.com"));
}

class ConfirmedTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kEpoch = 3;
  static constexpr io::Duration kMoment{1};

  std::shared_ptr<const Identity> find(io::Duration after, std::uint64_t epoch = kEpoch) {
    return memory.find_confirmed(1, who.session_hash, asked_at + after, epoch);
  }

  access::Member who = member(1, 7);
  io::MonotonicTime asked_at{std::chrono::hours(1)};
  SessionMemory memory{4};
};

TEST_F(ConfirmedTest, IsBelievedForLessThanASecond) {
  static_assert(SessionMemory::kBelievedFor < io::Duration(1000));
  memory.remember(who);
  EXPECT_FALSE(find(kMoment)) << "remembered is not confirmed";
  memory.confirm(identity_of(who), asked_at, kEpoch);
  EXPECT_EQ(find(kMoment)->email, "kim@example.com");
  EXPECT_TRUE(find(SessionMemory::kRenewedAfter - kMoment));
  EXPECT_FALSE(find(SessionMemory::kRenewedAfter)) << "one asks anew";
  EXPECT_TRUE(find(SessionMemory::kBelievedFor - kMoment)) << "the others need not wait for it";
  EXPECT_FALSE(find(SessionMemory::kBelievedFor));
  memory.confirm(identity_of(who), asked_at + SessionMemory::kBelievedFor, kEpoch);
  EXPECT_TRUE(find(SessionMemory::kBelievedFor + kMoment));
}

TEST_F(ConfirmedTest, CountsInItsEpochAndItsAccount) {
  memory.remember(who);
  memory.confirm(identity_of(who), asked_at, kEpoch);
  EXPECT_FALSE(find(kMoment, kEpoch + 1));
  EXPECT_FALSE(memory.find_confirmed(2, who.session_hash, asked_at, kEpoch));
  EXPECT_TRUE(find(kMoment));
}

// Catches a session that was ended here while its confirmation was on its way.
TEST_F(ConfirmedTest, GoesWithTheSession) {
  memory.remember(who);
  memory.confirm(identity_of(who), asked_at, kEpoch);
  memory.forget(who.session_hash);
  EXPECT_FALSE(find(kMoment));
  memory.confirm(identity_of(who), asked_at, kEpoch);
  EXPECT_FALSE(find(kMoment)) << "what was forgotten meanwhile stays forgotten";
  memory.remember(who);
  memory.confirm(identity_of(who), asked_at, kEpoch);
  memory.remember(who);
  EXPECT_FALSE(find(kMoment)) << "what was read anew is not what was confirmed";
}

TEST(Identity, IsToldInWords) {
  access::Member who = member(1, 7);
  who.client_id = 11;
  who.membership_id = 12;
  who.permissions = {access::Permission::kViewDocuments, access::Permission::kViewJobStatus};
  const Identity identity = describe(who, "");
  EXPECT_EQ(identity.client_id + "/" + identity.member_id + "/" + identity.membership_id, "11/7/12");
  EXPECT_EQ(identity.permissions, "view_job_status,view_documents");
  EXPECT_EQ(describe(member(1, 8), "").permissions, "");
}

}  // namespace
}  // namespace portal::auth
