// Statements are prepared on the way, and what was prepared can go stale: nobody who asks notices.
#include <gtest/gtest.h>

#include "pg/lane.hpp"
#include "support/engine.hpp"

namespace portal::test {
namespace {

using pg::oid::kInt4;

class PreparationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    PrivatePostgres::get().execute(
        "drop table if exists thing; create table thing (a int); insert into thing values (1)");
  }

  Engine engine;
  const pg::Statement* echo = engine.statements.add("select $1", {kInt4});
};

// Catches trusting a name: the statement that already has it would be executed in place of ours.
TEST_F(PreparationTest, ANameThatIsTakenIsPreparedUnderAnother) {
  const pg::Statement* victim = engine.statements.add("select 42");
  const pg::Statement* thief = engine.statements.add("prepare \"" + std::string(victim->name) + ".0\" as select 13");
  ASSERT_TRUE(engine.answer_of(segment(query(thief))));
  Answer answer = engine.answer_of(segment(query(victim)));
  ASSERT_TRUE(answer) << answer.error().log_detail;
  EXPECT_EQ((*answer)[0][0].int32(0), 42);
  EXPECT_TRUE(engine.log.has("42P05"));
  EXPECT_EQ(engine.lane.figures().connects, 1U);
}

// Catches a preparation inside somebody's segment: an error there would give the others 26000.
TEST_F(PreparationTest, AStatementThatCannotBePreparedHarmsNobodyElse) {
  const pg::Statement* broken = engine.statements.add("select * from no_such_table");
  const auto good = engine.ask(segment(query(echo, 1)));
  const auto bad = engine.ask(segment(query(echo, 2), query(broken)));
  const auto also_good = engine.ask(segment(query(echo, 3)));
  ASSERT_TRUE(engine.wait_for(good, bad, also_good));
  EXPECT_EQ((*good->answer())[0][0].int32(0), 1);
  EXPECT_EQ((*also_good->answer())[0][0].int32(0), 3);
  ASSERT_FALSE(bad->answer());
  EXPECT_NE(bad->answer().error().log_detail.find("42P01"), std::string::npos) << bad->answer().error().log_detail;
  PrivatePostgres::get().execute("create table no_such_table (a int)");
  EXPECT_TRUE(engine.answer_of(segment(query(broken)))) << "a failed preparation is tried again";
  PrivatePostgres::get().execute("drop table no_such_table");
}

// Catches a plan that outlives its table's shape: "cached plan must not change result type".
TEST_F(PreparationTest, AStalePlanIsMadeAnew) {
  const pg::Statement* all = engine.statements.add("select * from thing");
  ASSERT_EQ((*engine.answer_of(segment(query(all))))[0].columns(), 1);
  PrivatePostgres::get().execute("alter table thing add column b int default 2");
  // Both are on their way with the old plan before the first learns that it is stale.
  const auto first = engine.ask(segment(query(all), query(echo, 1)));
  const auto second = engine.ask(segment(query(echo, 2), query(all)));
  ASSERT_TRUE(engine.wait_for(first, second));
  ASSERT_TRUE(first->answer()) << first->answer().error().log_detail;
  ASSERT_TRUE(second->answer()) << second->answer().error().log_detail;
  EXPECT_EQ((*first->answer())[0].columns(), 2);
  EXPECT_EQ((*second->answer())[0][0].int32(0), 2);
  EXPECT_EQ(engine.lane.figures().connects, 1U);
}

// What a segment did before it met the stale plan was rolled back, so asking again does it once.
TEST_F(PreparationTest, ASegmentThatIsAskedAgainHappensOnce) {
  const pg::Statement* all = engine.statements.add("select * from thing");
  const pg::Statement* insert = engine.statements.add("insert into thing (a) values ($1)", {kInt4});
  ASSERT_TRUE(engine.answer_of(segment(query(insert, 5), query(all))));
  PrivatePostgres::get().execute("alter table thing add column b int");
  ASSERT_TRUE(engine.answer_of(segment(query(insert, 6), query(all))));
  EXPECT_EQ(PrivatePostgres::get().ask("select count(*) from thing where a = 6"), "1");
}

TEST_F(PreparationTest, StatementsThatAreGoneArePreparedAgain) {
  const pg::Statement* forget = engine.statements.add("deallocate all");
  ASSERT_TRUE(engine.answer_of(segment(query(echo, 1))));
  ASSERT_TRUE(engine.answer_of(segment(query(forget))));
  Answer answer = engine.answer_of(segment(query(echo, 2)));
  ASSERT_TRUE(answer) << answer.error().log_detail;
  EXPECT_EQ((*answer)[0][0].int32(0), 2);
}

// Catches a repeated segment that can no longer be taken back while it waits for its statement.
TEST_F(PreparationTest, AStaleSegmentThatIsAbandonedIsNotRepeated) {
  const pg::Statement* insert = engine.statements.add("insert into thing (a) values ($1)", {kInt4});
  const pg::Statement* forget = engine.statements.add("deallocate all");
  ASSERT_TRUE(engine.answer_of(segment(query(insert, 1), query(echo, 1))));
  ASSERT_TRUE(engine.answer_of(segment(query(forget))));
  auto leaving = engine.ask(segment(query(insert, 7), query(echo, 1)));
  // Its answer was "gone": now it is held while its statements are prepared.
  ASSERT_TRUE(engine.loop.run_until([&] { return engine.lane.figures().in_flight > 1; }, kPatience));
  leaving.reset();
  ASSERT_TRUE(engine.answer_of(segment(query(echo, 2))));
  EXPECT_EQ(PrivatePostgres::get().ask("select count(*) from thing where a = 7"), "0");
}

TEST_F(PreparationTest, AnErrorOfTheSameClassFromElsewhereIsNotRepeated) {
  const pg::Statement* unsupported =
      engine.statements.add("do $$ begin raise exception 'no' using errcode = '0A000'; end $$");
  const Answer answer = engine.answer_of(segment(query(unsupported)));
  ASSERT_FALSE(answer);
  EXPECT_FALSE(engine.log.has("preparing"));
  EXPECT_EQ(engine.lane.figures().segments, 1U);
}

}  // namespace
}  // namespace portal::test
