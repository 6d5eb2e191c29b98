// What the worker keeps, for whom, for how long, and what it costs.
#include "cache/edge_cache.hpp"

#include <gtest/gtest.h>

#include <string>

#include "cache/gzip.hpp"

namespace portal::test {
namespace {

using namespace cache;

constexpr Depends kJobs = depends::kJobs | depends::kSites;

class EdgeCacheTest : public ::testing::Test {
 protected:
  static Owner owner_of(const Principal& who) { return {who.account_id, who.client_id, who.membership_id}; }
  static Principal principal(std::int64_t membership) {
    return {.account_id = 1,
            .client_id = 2,
            .membership_id = membership,
            .member_id = 40 + membership,
            .permissions = {access::Permission::kViewJobStatus}};
  }
  bool put(const Principal& who, const Key& key, const std::string& body, std::optional<io::Duration> valid_for = {}) {
    const Asked asked = cache.ask(owner_of(who), kJobs, now);
    return cache.store(Entry::make(who, key, 3, body), asked, valid_for, now);
  }
  std::string find(const Principal& who, const Key& key = {"/jobs", ""}) {
    const EntryPointer entry = cache.find(who, key, generations.of_membership(owner_of(who)), now);
    return entry ? std::string(entry->plain().bytes) : std::string("nothing");
  }
  std::string find(EdgeCache& from, const Principal& who, const Key& key) {
    const EntryPointer entry = from.find(who, key, generations.of_membership(owner_of(who)), now);
    return entry ? std::string(entry->plain().bytes) : std::string("nothing");
  }

  io::MonotonicTime now{std::chrono::hours(1)};
  Generations generations;
  EdgeCache cache{generations, 1024 * 1024};
  Principal alex = principal(3);
};

TEST_F(EdgeCacheTest, GivesBackWhatItKeeps) {
  EXPECT_EQ(find(alex), "nothing");
  ASSERT_TRUE(put(alex, {"/jobs", ""}, "first"));
  EXPECT_EQ(find(alex), "first");
  EXPECT_EQ(find(alex, {"/jobs", "limit=1"}), "nothing");
  EXPECT_EQ(find(alex, {"/job", "s"}), "nothing") << "path and query are apart";
  ASSERT_TRUE(put(alex, {"/jobs", ""}, "second"));
  EXPECT_EQ(find(alex), "second");
  EXPECT_EQ(cache.figures().entries, 1U);
  EXPECT_EQ(cache.find(alex, {"/jobs", ""}, generations.of_membership(owner_of(alex)), now)->route(), 3);
}

// Catches answers that are shared: those of a colleague, of another account's membership of the same number, and one's
// own before the permissions changed.
TEST_F(EdgeCacheTest, AnswersAreForOnePrincipalOnly) {
  ASSERT_TRUE(put(alex, {"/jobs", ""}, "mine"));
  for (auto change : {+[](Principal& who) { who.account_id = 9; }, +[](Principal& who) { who.membership_id = 9; }}) {
    Principal other = alex;
    change(other);
    EXPECT_EQ(find(other), "nothing");
  }
  EXPECT_EQ(find(alex), "mine");
  for (auto change : {+[](Principal& who) { who.client_id = 9; }, +[](Principal& who) { who.member_id = 9; },
                      +[](Principal& who) { who.permissions = {}; }}) {
    ASSERT_TRUE(put(alex, {"/jobs", ""}, "mine"));
    Principal other = alex;
    change(other);
    EXPECT_EQ(find(other), "nothing");
    EXPECT_EQ(cache.figures().entries, 0U) << "a membership is one of them only";
  }
}

TEST_F(EdgeCacheTest, WhateverItIsMadeFromEndsItWhenItChanges) {
  const auto ends = [&](const Change& change) {
    EXPECT_TRUE(put(alex, {"/jobs", ""}, "kept"));
    generations.on_change(change);
    return find(alex) == "nothing";
  };
  EXPECT_TRUE(ends({ChangeKind::kAccount, 1, 0, 0}));
  EXPECT_TRUE(ends({ChangeKind::kDocuments, 1, 0, 0})) << "of any client, which may be this one";
  EXPECT_TRUE(ends({ChangeKind::kSettings, 1, 0, 0}));
  EXPECT_TRUE(ends({ChangeKind::kClient, 1, 2, 0}));
  EXPECT_TRUE(ends({ChangeKind::kJobs, 1, 2, 77}));
  EXPECT_TRUE(ends({ChangeKind::kSites, 1, 2, 0}));
  EXPECT_TRUE(ends({ChangeKind::kMembership, 1, 0, 3}));
  EXPECT_FALSE(ends({ChangeKind::kDocuments, 1, 2, 0})) << "no document stands in it";
  EXPECT_FALSE(ends({ChangeKind::kRequests, 1, 2, 0})) << "nor a request";
  EXPECT_FALSE(ends({ChangeKind::kQuotes, 1, 2, 0})) << "nor a quote";
  EXPECT_TRUE(ends({ChangeKind::kRequests, 1, 0, 0})) << "of any client, which may be this one";
  EXPECT_FALSE(ends({ChangeKind::kJobs, 1, 3, 0})) << "another client's";
  EXPECT_FALSE(ends({ChangeKind::kJobs, 2, 2, 0})) << "another account's";
  EXPECT_FALSE(ends({ChangeKind::kMembership, 1, 0, 4}));
  EXPECT_FALSE(ends({ChangeKind::kSettings, 2, 0, 0}));
  EXPECT_TRUE(put(alex, {"/jobs", ""}, "kept"));
  generations.on_gap();
  EXPECT_EQ(find(alex), "nothing");
  EXPECT_TRUE(put(alex, {"/jobs", ""}, "kept"));
  generations.move(owner_of(alex));
  EXPECT_EQ(find(alex), "nothing");
}

// Catches what is kept although it was read before a change.
TEST_F(EdgeCacheTest, WhatHasChangedMeanwhileIsNotKept) {
  const Asked asked = cache.ask(owner_of(alex), kJobs, now);
  generations.on_change({ChangeKind::kJobs, 1, 2, 5});
  EXPECT_FALSE(cache.store(Entry::make(alex, {"/jobs", ""}, 0, "old"), asked, {}, now));
  EXPECT_EQ(find(alex), "nothing");
  EXPECT_EQ(cache.figures().refused, 1U);
}

TEST_F(EdgeCacheTest, ARouteThatDeclaresNothingIsNotKept) {
  const Asked asked = cache.ask(owner_of(alex), {}, now);
  EXPECT_FALSE(cache.store(Entry::make(alex, {"/jobs", ""}, 0, "x"), asked, {}, now));
}

TEST_F(EdgeCacheTest, AnswersEndByTheirAgeAndByWhatTheySay) {
  ASSERT_TRUE(put(alex, {"/jobs", ""}, "x"));
  now += EdgeCache::kShortestAge;
  EXPECT_EQ(find(alex), "x");
  now += EdgeCache::kLongestAge - EdgeCache::kShortestAge;
  EXPECT_EQ(find(alex), "nothing");

  ASSERT_TRUE(put(alex, {"/jobs", ""}, "for a second", io::Duration(1000)));
  now += io::Duration(999);
  EXPECT_EQ(find(alex), "for a second");
  now += io::Duration(1);
  EXPECT_EQ(find(alex), "nothing");
  EXPECT_FALSE(put(alex, {"/jobs", ""}, "over already", io::Duration(0)));
}

// Catches a minute in which everybody asks PostgreSQL, because everybody's answer was kept in the same moment.
TEST_F(EdgeCacheTest, WhatWasKeptAtOnceDoesNotEndAtOnce) {
  constexpr int kMembers = 200;
  for (int member = 1; member <= kMembers; ++member) ASSERT_TRUE(put(principal(member), {"/jobs", "limit=20"}, "x"));
  now += EdgeCache::kShortestAge;
  const io::Duration tenth = (EdgeCache::kLongestAge - EdgeCache::kShortestAge) / 10;
  int left = kMembers;
  for (int part = 0; part < 10; ++part) {
    now += tenth;
    int found = 0;
    for (int member = 1; member <= kMembers; ++member)
      found += find(principal(member), {"/jobs", "limit=20"}) == "x" ? 1 : 0;
    EXPECT_GT(left - found, 0) << part;
    EXPECT_LT(left - found, kMembers / 4) << part;
    left = found;
  }
  EXPECT_EQ(left, 0);
}

// Its age counts from when it was asked for, not from when it came.
TEST_F(EdgeCacheTest, WhatTookLongIsOldAlready) {
  const Asked asked = cache.ask(owner_of(alex), kJobs, now);
  now += io::Duration(900);
  ASSERT_TRUE(cache.store(Entry::make(alex, {"/jobs", ""}, 0, "x"), asked, io::Duration(1000), now));
  now += io::Duration(100);
  EXPECT_EQ(find(alex), "nothing");
}

TEST_F(EdgeCacheTest, BytesAreBoundedAndTheLongestUnusedGoesFirst) {
  EdgeCache small(generations, 16 * 1024);
  const std::string body(1000, 'x');
  const auto put_one = [&](std::int64_t membership) {
    const Principal who = principal(membership);
    return small.store(Entry::make(who, {"/jobs", ""}, 0, body), small.ask(owner_of(who), kJobs, now), {}, now);
  };
  for (std::int64_t membership = 1; membership <= 10; ++membership) ASSERT_TRUE(put_one(membership));
  EXPECT_EQ(small.figures().entries, 10U);
  EXPECT_EQ(find(small, principal(1), {"/jobs", ""}), body);  // used: no longer the oldest
  for (std::int64_t membership = 11; membership <= 20; ++membership) {
    ASSERT_TRUE(put_one(membership));
    EXPECT_LE(small.figures().bytes, 16U * 1024U);
  }
  EXPECT_EQ(find(small, principal(20), {"/jobs", ""}), body);
  EXPECT_EQ(find(small, principal(1), {"/jobs", ""}), body);
  EXPECT_EQ(find(small, principal(2), {"/jobs", ""}), "nothing");
  EXPECT_GT(small.figures().evicted, 4U);
  const Principal who = principal(1);
  EXPECT_FALSE(small.store(Entry::make(who, {"/big", ""}, 0, std::string(4000, 'x')),
                           small.ask(owner_of(who), kJobs, now), {}, now))
      << "one answer does not push out all the others";
}

TEST_F(EdgeCacheTest, NothingIsKeptWithoutRoom) {
  EdgeCache none(generations, 0);
  EXPECT_FALSE(none.store(Entry::make(alex, {"/jobs", ""}, 0, ""), none.ask(owner_of(alex), kJobs, now), {}, now));
}

// Whoever sends it has its bytes for as long as that takes.
TEST_F(EdgeCacheTest, WhatIsHeldStaysWhateverBecomesOfIt) {
  ASSERT_TRUE(put(alex, {"/jobs", ""}, std::string(1000, 'x')));
  EntryPointer held = cache.find(alex, {"/jobs", ""}, generations.of_membership(owner_of(alex)), now);
  const Body body = held->plain();
  generations.on_gap();
  EXPECT_EQ(find(alex), "nothing");
  EXPECT_EQ(cache.figures().entries, 0U);
  EXPECT_EQ(cache.figures().bytes, 0U);
  EXPECT_EQ(body.bytes, std::string(1000, 'x'));
  Entry* const raw = held.release();
  EXPECT_EQ(EntryPointer::adopt(raw)->plain().bytes.size(), 1000U);
}

TEST_F(EdgeCacheTest, CountersThatMeetCostHitsOnly) {
  Generations few(1);
  EdgeCache meeting(few, 1024 * 1024);
  ASSERT_TRUE(
      meeting.store(Entry::make(alex, {"/jobs", ""}, 0, "x"), meeting.ask(owner_of(alex), kJobs, now), {}, now));
  EXPECT_EQ(find(meeting, alex, {"/jobs", ""}), "x");
  few.on_change({ChangeKind::kDocuments, 77, 88, 99});
  EXPECT_EQ(find(meeting, alex, {"/jobs", ""}), "nothing");
}

// The issue's `cache_entry_overhead_bytes`.
TEST_F(EdgeCacheTest, AnEntryCostsLittleBesidesItsBody) {
  const std::string body(5000, 'x');
  const EntryPointer entry = Entry::make(alex, {"/api/v1/jobs", "limit=20"}, 0, body);
  EXPECT_LE(entry->bytes() - entry->body_bytes(), 200U);
  EXPECT_GE(entry->bytes() - entry->body_bytes(), sizeof(Entry));
}

TEST_F(EdgeCacheTest, BothFormsHaveTheirOwnTagAndAreMadeOnce) {
  Gzip gzip;
  const std::string body = std::string(3000, 'a') + std::string(3000, 'b');
  const EntryPointer entry = Entry::make(alex, {"/jobs", ""}, 0, body);
  const EntryPointer same = Entry::make(principal(8), {"/other", "q=1"}, 1, body);
  const Body plain = entry->body(Coding::kPlain, gzip);
  const Body packed = entry->body(Coding::kGzip, gzip);
  EXPECT_EQ(plain.bytes, body);
  EXPECT_EQ(packed.coding, Coding::kGzip);
  EXPECT_LT(packed.bytes.size(), 200U);
  EXPECT_EQ(packed.bytes.substr(0, 2), "\x1f\x8b");
  EXPECT_NE(plain.etag, packed.etag);
  EXPECT_TRUE(plain.etag.starts_with('"') && plain.etag.ends_with('"') && plain.etag.size() == 24) << plain.etag;
  EXPECT_TRUE(packed.etag.starts_with('"') && packed.etag.ends_with("-g\"")) << packed.etag;
  EXPECT_EQ(entry->body(Coding::kGzip, gzip).bytes.data(), packed.bytes.data());
  EXPECT_EQ(same->plain().etag, plain.etag) << "the same bytes on every worker";
  EXPECT_NE(Entry::make(alex, {"/jobs", ""}, 0, "other")->plain().etag, plain.etag);
  const EntryPointer little = Entry::make(alex, {"/jobs", ""}, 0, "{}");
  EXPECT_EQ(little->body(Coding::kGzip, gzip).coding, Coding::kPlain);
}

TEST_F(EdgeCacheTest, WhatIsCompressedLaterCountsToo) {
  Gzip gzip;
  std::string body;
  for (int number = 0; number < 500; ++number) body += std::to_string(number * 7919 % 1009);
  ASSERT_TRUE(put(alex, {"/jobs", ""}, body));
  const std::size_t before = cache.figures().bytes;
  const EntryPointer entry = cache.find(alex, {"/jobs", ""}, generations.of_membership(owner_of(alex)), now);
  const std::size_t size = entry->bytes();
  entry->body(Coding::kGzip, gzip);
  cache.grown(*entry, size);
  EXPECT_EQ(cache.figures().bytes, before + entry->bytes() - size);
  EXPECT_GT(cache.figures().bytes, before + 100);
  EXPECT_EQ(cache.figures().body_bytes, entry->body_bytes());
  generations.on_gap();
  find(alex);
  EXPECT_EQ(cache.figures().bytes, 0U);
  EXPECT_EQ(cache.figures().body_bytes, 0U);
}

}  // namespace
}  // namespace portal::test
