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

}  // namespace
}  // namespace portal::auth
