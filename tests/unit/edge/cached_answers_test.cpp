// Who may be answered from memory: a session that `enter` has confirmed, of a membership that has not changed since,
// while the lease is valid.
#include "edge/cached_answers.hpp"

#include <gtest/gtest.h>

namespace portal::test {
namespace {

using edge::CachedAnswers;
using edge::CacheOutcome;

class CachedAnswersTest : public ::testing::Test {
 protected:
  CachedAnswersTest() {
    member.account_id = 1;
    member.client_id = 2;
    member.membership_id = 3;
    member.member_id = 4;
    member.session_hash.fill(7);
    sessions.remember(member);
    lease.begin(now);
  }

  CachedAnswers::Pending ask() { return cached.ask(member, cache::depends::kJobs, now); }
  void take(const CachedAnswers::Pending& pending, std::chrono::milliseconds session_left = std::chrono::hours(1)) {
    cached.confirm(member, pending, session_left);
    cached.keep(cache::Entry::make(cache::principal_of(member), {"/jobs", "a=1&b=2"}, 0, "{}"), pending, {}, now);
  }
  CacheOutcome find(std::string_view query = "b=2&a=1", std::string_view membership = {}) {
    return cached
        .find({.account_id = 1,
               .session = member.session_hash,
               .path = "/jobs",
               .query = query,
               .membership = membership},
              now)
        .outcome;
  }
  // As the listener does.
  void wait(io::Duration time) {
    now += time;
    lease.renew(now);
  }

  io::MonotonicTime now{std::chrono::hours(1)};
  auth::SessionMemory sessions{10};
  pg::Lease lease;
  CachedAnswers cached{sessions, lease, 1024 * 1024};
  access::Member member;
};

TEST_F(CachedAnswersTest, AConfirmedSessionIsAnswered) {
  EXPECT_EQ(find(), CacheOutcome::kMiss);
  take(ask());
  EXPECT_EQ(find(), CacheOutcome::kHit);
  EXPECT_EQ(find("a=1"), CacheOutcome::kMiss);
  EXPECT_EQ(find("b=2&a=1&%61=3"), CacheOutcome::kMiss);
}

TEST_F(CachedAnswersTest, ASessionThatNobodyConfirmedIsNot) {
  const CachedAnswers::Pending pending = ask();
  cached.keep(cache::Entry::make(cache::principal_of(member), {"/jobs", "a=1&b=2"}, 0, "{}"), pending, {}, now);
  EXPECT_EQ(find(), CacheOutcome::kMiss);
  cached.confirm(member, pending, std::chrono::hours(1));
  EXPECT_EQ(find(), CacheOutcome::kHit);
  sessions.forget(member.session_hash);
  EXPECT_EQ(find(), CacheOutcome::kMiss);
  cached.confirm(member, ask(), std::chrono::hours(1));
  EXPECT_EQ(find(), CacheOutcome::kMiss) << "whatever made it forgotten is newer";
  sessions.remember(member);
  EXPECT_EQ(find(), CacheOutcome::kMiss);
}

TEST_F(CachedAnswersTest, NothingIsAnsweredWithoutALease) {
  take(ask());
  now += io::Duration(999);
  EXPECT_EQ(find(), CacheOutcome::kHit);
  now += io::Duration(1);
  EXPECT_EQ(find(), CacheOutcome::kExpiredLease);
  lease.renew(now);
  EXPECT_EQ(find(), CacheOutcome::kHit) << "the same connection: every notice has come";
  lease.end();
  EXPECT_EQ(find(), CacheOutcome::kExpiredLease);
}

TEST_F(CachedAnswersTest, AnotherEpochBeginsWithNothing) {
  take(ask());
  lease.end();
  lease.begin(now);
  cached.generations().on_gap();
  EXPECT_EQ(find(), CacheOutcome::kMiss);
}

// A revoked session, changed permissions: what the notice of either does.
TEST_F(CachedAnswersTest, AChangeOfTheMembershipEndsTheConfirmation) {
  take(ask());
  cached.generations().on_change({cache::ChangeKind::kMembership, 1, 0, 3});
  EXPECT_EQ(find(), CacheOutcome::kMiss);
  const CachedAnswers::Pending before = ask();
  cached.generations().on_change({cache::ChangeKind::kMembership, 1, 0, 3});
  take(before);
  EXPECT_EQ(find(), CacheOutcome::kMiss) << "it was confirmed before";
  take(ask());
  EXPECT_EQ(find(), CacheOutcome::kHit);
}

TEST_F(CachedAnswersTest, ASessionIsAnsweredUntilItsOwnEnd) {
  take(ask(), std::chrono::seconds(2));
  wait(io::Duration(1999));
  EXPECT_EQ(find(), CacheOutcome::kHit);
  wait(io::Duration(1));
  EXPECT_EQ(find(), CacheOutcome::kMiss);
}

TEST_F(CachedAnswersTest, ASessionIsConfirmedAgainNowAndThen) {
  take(ask());
  wait(CachedAnswers::kConfirmedFor / 2);
  // Kept anew for another session of the member.
  cached.keep(cache::Entry::make(cache::principal_of(member), {"/jobs", "a=1&b=2"}, 0, "{}"), ask(), {}, now);
  wait(CachedAnswers::kConfirmedFor / 2 - io::Duration(1));
  EXPECT_EQ(find(), CacheOutcome::kHit);
  wait(io::Duration(1));
  EXPECT_EQ(find(), CacheOutcome::kMiss);
}

TEST_F(CachedAnswersTest, WhatThePageShowsMustBeTheMembership) {
  take(ask());
  EXPECT_EQ(find("a=1&b=2", "3"), CacheOutcome::kHit);
  EXPECT_EQ(find("a=1&b=2", "4"), CacheOutcome::kMiss);
  EXPECT_EQ(find("a=1&b=2", "03"), CacheOutcome::kMiss);
}

TEST_F(CachedAnswersTest, AnotherSessionOfTheMembershipIsConfirmedByItself) {
  take(ask());
  access::Member phone = member;
  phone.session_hash.fill(8);
  member = phone;
  EXPECT_EQ(find(), CacheOutcome::kMiss);
  sessions.remember(phone);
  cached.confirm(phone, ask(), std::chrono::hours(1));
  EXPECT_EQ(find(), CacheOutcome::kHit) << "what its membership was answered is its own";
}

TEST_F(CachedAnswersTest, OwnChangesAreSeenAtOnce) {
  take(ask());
  cached.generations().move({1, 2, 3});
  EXPECT_EQ(find(), CacheOutcome::kMiss);
}

}  // namespace
}  // namespace portal::test
