// Whoever observes a lane learns of each change that was committed or may have been, from the connection and not from
// whoever asked for it.
#include <gtest/gtest.h>

#include "support/engine.hpp"
#include "support/proxy.hpp"

namespace portal::test {
namespace {

using pg::oid::kInt4;

constexpr pg::Owner kOwner{.account_id = 7, .client_id = 8, .membership_id = 9};

class CommitObserverTest : public ::testing::Test, public pg::CommitObserver {
 public:
  void on_commit(const pg::Owner& owner) noexcept override {
    told.push_back(owner.membership_id);
    answered_before = answer.has_value();
  }

 protected:
  CommitObserverTest() {
    PrivatePostgres::get().execute("drop table if exists mark; create table mark (a int primary key)");
    engine.lane.observe(this);
  }
  static pg::LaneOptions options(const Proxy& proxy) {
    pg::LaneOptions options = Engine::options(proxy.folder());
    options.kind = pg::SegmentKind::kWrite;
    return options;
  }
  static Task<void> ask(pg::Lane* lane, std::vector<pg::Query> queries, pg::Owner owner,
                        std::optional<Answer>* answer) {
    *answer = co_await lane->run(std::move(queries), owner);
  }
  void start(std::vector<pg::Query> queries, const pg::Owner& owner = kOwner) {
    answer.reset();
    task = ask(&engine.lane, std::move(queries), owner, &answer);
    task.handle().resume();
  }
  bool wait() {
    return engine.loop.run_until([&] { return answer.has_value(); }, kPatience);
  }

  Proxy proxy{PrivatePostgres::get().socket_path()};
  Engine engine{options(proxy)};
  const pg::Statement* insert = engine.statements.add("insert into mark values ($1)", {kInt4});
  const pg::Statement* divide = engine.statements.add("select 1 / $1", {kInt4});
  const pg::Statement* slow = engine.statements.add("select pg_sleep(0.2), $1::int4", {kInt4});
  std::vector<std::int64_t> told;
  bool answered_before = true;
  std::optional<Answer> answer;
  Task<void> task;
};

TEST_F(CommitObserverTest, LearnsOfACommitBeforeWhoeverWaits) {
  start(segment(query(insert, 1)));
  ASSERT_TRUE(wait());
  ASSERT_TRUE(*answer);
  EXPECT_EQ(told, std::vector<std::int64_t>{9});
  EXPECT_FALSE(answered_before);
}

TEST_F(CommitObserverTest, WhatWasRolledBackIsNoChange) {
  start(segment(query(insert, 2), query(divide, 0)));
  ASSERT_TRUE(wait());
  EXPECT_FALSE(*answer);
  EXPECT_TRUE(told.empty());
}

TEST_F(CommitObserverTest, WhatBelongsToNobodyIsNotTold) {
  start(segment(query(insert, 3)), {});
  ASSERT_TRUE(wait());
  EXPECT_TRUE(told.empty());
}

// Catches a hint that goes with the client: its change is made all the same.
TEST_F(CommitObserverTest, LearnsOfItAlsoWhenNobodyWaitsAnyMore) {
  start(segment(query(insert, 4)));
  ASSERT_TRUE(wait());
  told.clear();
  start(segment(query(slow, 1), query(insert, 5)));
  engine.turn_for(io::Duration(50));
  task = {};
  EXPECT_TRUE(told.empty());
  EXPECT_TRUE(engine.loop.run_until([&] { return !told.empty(); }, kPatience));
  EXPECT_EQ(PrivatePostgres::get().ask("select count(*) from mark where a = 5"), "1");
}

TEST_F(CommitObserverTest, LearnsOfWhatNobodyKnows) {
  start(segment(query(insert, 6)));
  ASSERT_TRUE(wait());
  told.clear();
  proxy.cut_before('Z', 1);
  start(segment(query(insert, 7)));
  ASSERT_TRUE(wait());
  ASSERT_FALSE(*answer);
  EXPECT_EQ(answer->error().code, ErrorCode::kOutcomeUnknown);
  EXPECT_EQ(told, std::vector<std::int64_t>{9});
}

}  // namespace
}  // namespace portal::test
