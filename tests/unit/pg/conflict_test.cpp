// What is asked again because somebody else's transaction was in the way, and what a server says that is not for us any
// more.
#include <gtest/gtest.h>

#include "pg/exchange.hpp"
#include "pg/lane.hpp"
#include "support/engine.hpp"

namespace portal::test {
namespace {

using pg::oid::kInt4;

pg::LaneOptions writing() {
  pg::LaneOptions options = Engine::options();
  options.kind = pg::SegmentKind::kWrite;
  options.settings = {"lock_timeout=50"};
  return options;
}

class ConflictTest : public ::testing::Test {
 protected:
  ConflictTest() {
    PrivatePostgres::get().execute(
        "drop table if exists tries; create table tries (a int); drop sequence if exists tried; "
        "create sequence tried");
  }
  // Fails so many times with this state. The sequence is not rolled back.
  std::string failing(int times, const std::string& state) {
    return "do $$ begin if nextval('tried') <= " + std::to_string(times) +
           " then raise exception 'x' using errcode = '" + state + "'; end if; end $$";
  }
  static std::string rows() { return PrivatePostgres::get().ask("select count(*) from tries"); }

  Engine engine{writing()};
  const pg::Statement* insert = engine.statements.add("insert into tries values ($1)", {kInt4});
};

TEST_F(ConflictTest, AConflictIsTriedAgainAndHappensOnce) {
  for (const char* state : {"40001", "40P01", "55P03"}) {
    PrivatePostgres::get().execute("alter sequence tried restart; delete from tries");
    const pg::Statement* failing_twice = engine.statements.add(failing(2, state));
    const Answer answer = engine.answer_of(segment(query(insert, 1), query(failing_twice)));
    ASSERT_TRUE(answer) << answer.error().log_detail;
    EXPECT_EQ(rows(), "1") << state;
  }
  EXPECT_EQ(engine.lane.figures().retries, 6U);
}

TEST_F(ConflictTest, AConflictThatDoesNotEndIsToldSoon) {
  const pg::Statement* always = engine.statements.add(failing(99, "40001"));
  const io::MonotonicTime started = engine.loop.now();
  EXPECT_EQ(engine.answer_of(segment(query(always))).error().code, ErrorCode::kOverloaded);
  EXPECT_LT(engine.loop.now() - started, io::Duration(1000));
  EXPECT_EQ(PrivatePostgres::get().ask("select last_value from tried"), "4") << "three times again";
}

TEST_F(ConflictTest, OthersAreNotHeldUpByOneThatWaits) {
  const pg::Statement* three_times = engine.statements.add(failing(3, "40P01"));
  ASSERT_TRUE(engine.answer_of(segment(query(insert, 1))));
  const auto waiting = engine.ask(segment(query(three_times)));
  ASSERT_TRUE(engine.loop.run_until([&] { return engine.lane.figures().retries > 0; }, kPatience));
  EXPECT_TRUE(engine.answer_of(segment(query(insert, 2))));
  EXPECT_FALSE(waiting->answered());
  ASSERT_TRUE(engine.wait_for(waiting));
  EXPECT_TRUE(waiting->answer());
}

TEST_F(ConflictTest, WhoLeavesMeanwhileIsNotTriedAgain) {
  const pg::Statement* always = engine.statements.add(failing(99, "40001"));
  auto leaving = engine.ask(segment(query(always)));
  ASSERT_TRUE(engine.loop.run_until([&] { return engine.lane.figures().retries > 0; }, kPatience));
  leaving.reset();
  engine.turn_for(io::Duration(150));
  EXPECT_EQ(PrivatePostgres::get().ask("select last_value from tried"), "1");
  EXPECT_EQ(engine.lane.figures().queued, 0U);
}

// Catches a 500, and a connection that is kept to a server that takes no writes any more.
TEST_F(ConflictTest, AServerThatHasBecomeAStandbyIsLeft) {
  const pg::Statement* one = engine.statements.add("select 1");
  const pg::Statement* refused =
      engine.statements.add("do $$ begin raise exception 'x' using errcode = '25006'; end $$");
  ASSERT_TRUE(engine.answer_of(segment(query(one))));
  const auto first = engine.ask(segment(query(refused)));
  const auto second = engine.ask(segment(query(one)));
  ASSERT_TRUE(engine.wait_for(first, second));
  EXPECT_EQ(first->error(), ErrorCode::kDatabaseUnavailable);
  EXPECT_TRUE(second->answer()) << "what was on its way is answered first";
  ASSERT_TRUE(engine.answer_of(segment(query(one))));
  EXPECT_EQ(engine.lane.figures().connects, 2U);
}

TEST(ReadOnly, OnALaneOfReadsIsAMistakeOfOurs) {
  Engine engine;
  const pg::Statement* refused =
      engine.statements.add("do $$ begin raise exception 'x' using errcode = '25006'; end $$");
  EXPECT_EQ(engine.answer_of(segment(query(refused))).error().code, ErrorCode::kInternal);
  EXPECT_EQ(engine.lane.figures().connects, 1U);
}

TEST(RoundTrips, AreCounted) {
  Engine engine;
  const pg::Statement* pause = engine.statements.add("select pg_sleep(0.03)");
  ASSERT_TRUE(engine.answer_of(segment(query(pause))));
  const pg::RoundTrips trips = engine.lane.figures().round_trips;
  EXPECT_EQ(trips.count, 1U);
  EXPECT_GE(trips.microseconds, 30'000U);
  EXPECT_EQ(trips.up_to[5], 0U) << "25 ms";
  EXPECT_EQ(trips.up_to.back(), 1U);
}

TEST(ExchangeQueue, KeepsTheOrderWhateverIsTakenOut) {
  std::array<std::shared_ptr<pg::Exchange>, 6> all;
  for (auto& each : all) each = std::make_shared<pg::Exchange>();
  const auto order = [&](const pg::ExchangeQueue& queue) {
    std::string text;
    queue.for_each([&](const auto& each) { text += std::to_string(std::ranges::find(all, each) - all.begin()); });
    EXPECT_EQ(text.size(), queue.size());
    return text;
  };
  pg::ExchangeQueue queue;
  for (const auto& each : all) queue.push_back(each);
  queue.remove(all[5]);
  queue.remove(all[0]);
  queue.remove(all[2]);
  queue.remove(all[2]);
  EXPECT_EQ(order(queue), "134");
  queue.push_back(all[0]);
  EXPECT_EQ(order(queue), "1340");
  pg::ExchangeQueue others;
  others.push_back(all[5]);
  others.push_back(all[2]);
  queue.prepend(others);
  EXPECT_EQ(order(queue), "521340");
  EXPECT_TRUE(others.empty());
  queue.prepend(others);
  others.append(queue);
  EXPECT_EQ(order(others), "521340");
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(others.pop_front(), all[5]);
  others.remove(all[0]);
  others.push_back(all[5]);
  EXPECT_EQ(order(others), "21345");
  others.clear();
  EXPECT_TRUE(others.empty());
}

}  // namespace
}  // namespace portal::test
