// What a notice says, and that everybody who observes hears of it.
#include "cache/changes.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace portal::test {
namespace {

using cache::Change;
using cache::ChangeKind;
using cache::parse_change;

TEST(ParseChange, ReadsEveryKind) {
  EXPECT_EQ(parse_change("account 7 0 0"), (Change{ChangeKind::kAccount, 7, 0, 0}));
  EXPECT_EQ(parse_change("settings 7 0 0"), (Change{ChangeKind::kSettings, 7, 0, 0}));
  EXPECT_EQ(parse_change("client 7 8 0"), (Change{ChangeKind::kClient, 7, 8, 0}));
  EXPECT_EQ(parse_change("jobs 7 8 9"), (Change{ChangeKind::kJobs, 7, 8, 9}));
  EXPECT_EQ(parse_change("jobs 7 8 0"), (Change{ChangeKind::kJobs, 7, 8, 0}));
  EXPECT_EQ(parse_change("jobs 7 0 0"), (Change{ChangeKind::kJobs, 7, 0, 0}));
  EXPECT_EQ(parse_change("documents 7 8 9"), (Change{ChangeKind::kDocuments, 7, 8, 9}));
  EXPECT_EQ(parse_change("requests 7 8 9"), (Change{ChangeKind::kRequests, 7, 8, 9}));
  EXPECT_EQ(parse_change("quotes 7 8 9"), (Change{ChangeKind::kQuotes, 7, 8, 9}));
  EXPECT_EQ(parse_change("sites 7 8 9"), (Change{ChangeKind::kSites, 7, 8, 9}));
  EXPECT_EQ(parse_change("invoices 7 8 9"), (Change{ChangeKind::kInvoices, 7, 8, 9}));
  EXPECT_EQ(parse_change("membership 7 0 9"), (Change{ChangeKind::kMembership, 7, 0, 9}));
  EXPECT_EQ(parse_change("jobs 9223372036854775807 8 9")->account_id, INT64_MAX);
}

TEST(ParseChange, UnderstandsNothingElse) {
  for (const std::string_view payload :
       {"", "everything", "jobs", "jobs 7 8", "jobs 7 8 9 10", "jobs 7  9", "jobs 7 8 9 ", " jobs 7 8 9", "Jobs 7 8 9",
        "job5 7 8 9", "jobs -7 8 9", "jobs 7 8 x", "jobs 7 8 9223372036854775808", "jobs 0 8 9", "membership 7 8 0",
        "account 0 0 0", "jobs +7 8 9", "jobs 7 8 "}) {
    EXPECT_EQ(parse_change(payload), std::nullopt) << payload;
  }
}

TEST(ParseChange, TakesAKindOfALaterVersionForAnythingOfTheAccount) {
  EXPECT_EQ(parse_change("agreements 7 8 9"), (Change{ChangeKind::kAccount, 7, 0, 0}));
  EXPECT_EQ(parse_change("some_thing 7 0 0"), (Change{ChangeKind::kAccount, 7, 0, 0}));
  EXPECT_EQ(parse_change("agreements 0 8 9"), std::nullopt);
  EXPECT_EQ(parse_change("agreements 7 8 x"), std::nullopt);
}

class Hears final : public cache::ChangeObserver {
 public:
  void on_change(const Change& change) noexcept override {
    heard.push_back(change);
    if (then) then();
  }
  void on_gap() noexcept override {
    ++gaps;
    if (then) then();
  }
  std::vector<Change> heard;
  int gaps = 0;
  std::function<void()> then;
};

TEST(ChangeFeed, TellsEverybodyAndTakesWhatItDoesNotUnderstandForEverything) {
  cache::ChangeFeed feed;
  Hears first;
  Hears second;
  feed.add(first);
  feed.add(second);
  feed.tell("jobs 1 2 3");
  EXPECT_EQ(first.heard, (std::vector<Change>{{ChangeKind::kJobs, 1, 2, 3}}));
  EXPECT_EQ(second.heard, first.heard);
  feed.tell("something new");
  feed.tell_gap();
  EXPECT_EQ(first.gaps, 2);
  EXPECT_EQ(second.gaps, 2);
  feed.remove(first);
  feed.remove(first);
  feed.tell("jobs 1 2 3");
  EXPECT_EQ(first.heard.size(), 1U);
  EXPECT_EQ(second.heard.size(), 2U);
}

TEST(ChangeFeed, ObserversComeAndGoWhileTheyAreTold) {
  cache::ChangeFeed feed;
  Hears leaves;
  Hears goes;
  Hears comes;
  Hears stays;
  feed.add(leaves);
  feed.add(goes);
  feed.add(stays);
  leaves.then = [&] {
    feed.remove(leaves);
    feed.remove(goes);
    for (int times = 0; times < 100; ++times) feed.add(comes);  // moves what holds them
  };
  feed.tell("jobs 1 2 3");
  EXPECT_EQ(leaves.heard.size(), 1U);
  EXPECT_TRUE(goes.heard.empty()) << "it had gone";
  EXPECT_TRUE(comes.heard.empty()) << "it came afterwards";
  EXPECT_EQ(stays.heard.size(), 1U);
  feed.tell("jobs 1 2 4");
  EXPECT_EQ(leaves.heard.size(), 1U);
  EXPECT_EQ(comes.heard.size(), 100U);
  EXPECT_EQ(stays.heard.size(), 2U);
}

TEST(ChangeFeed, TellsFromWithinWhatItTells) {
  cache::ChangeFeed feed;
  Hears again;
  Hears other;
  feed.add(again);
  feed.add(other);
  again.then = [&] {
    again.then = nullptr;
    feed.tell_gap();
    feed.remove(again);
  };
  feed.tell("jobs 1 2 3");
  EXPECT_EQ(again.gaps, 1);
  EXPECT_EQ(other.gaps, 1);
  EXPECT_EQ(other.heard.size(), 1U);
}

}  // namespace
}  // namespace portal::test
