// Segments on a shared connection: what belongs together, what must not disturb each other, and what a client leaves
// behind that goes away.
#include "pg/lane.hpp"

#include <gtest/gtest.h>

#include "support/engine.hpp"

namespace portal::test {
namespace {

using pg::oid::kInt4;
using pg::oid::kInt8;
using pg::oid::kText;

class LaneTest : public ::testing::Test {
 protected:
  void SetUp() override {
    PrivatePostgres::get().execute(
        "drop table if exists note, owner; create table owner (owner_id int primary key); "
        "create table note (note_id int primary key, owner_id int references owner deferrable initially deferred)");
  }
  static std::string count(const std::string& from) {
    return PrivatePostgres::get().ask("select count(*) from " + from);
  }

  Engine engine;
  const pg::Statement* echo = engine.statements.add("select $1", {kInt4});
  const pg::Statement* divide = engine.statements.add("select 1 / $1", {kInt4});
  const pg::Statement* add_note = engine.statements.add("insert into note values ($1, $2)", {kInt4, kInt4});
  const pg::Statement* slow = engine.statements.add("select pg_sleep($1::float8 / 1000)", {kInt4});
};

TEST_F(LaneTest, AnswersComeInTheOrderOfTheirQueries) {
  Answer answer =
      engine.answer_of(segment(query(echo, 7), query(add_note, 1, std::optional<std::int32_t>()), query(echo, 8)));
  ASSERT_TRUE(answer) << answer.error().log_detail;
  ASSERT_EQ(answer->size(), 3U);
  EXPECT_EQ((*answer)[0][0].int32(0), 7);
  EXPECT_EQ((*answer)[1].affected(), 1);
  EXPECT_EQ((*answer)[2][0].int32(0), 8);
}

TEST_F(LaneTest, ASegmentIsOneTransaction) {
  const Answer answer =
      engine.answer_of(segment(query(add_note, 1, std::optional<std::int32_t>()), query(divide, 0), query(echo, 1)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kInternal);
  EXPECT_NE(answer.error().log_detail.find("22012"), std::string::npos) << answer.error().log_detail;
  EXPECT_EQ(count("note"), "0");
}

// Catches one sync for several segments: the error would abort the neighbours' statements too.
TEST_F(LaneTest, AnErrorLeavesTheNeighboursAlone) {
  ASSERT_TRUE(engine.answer_of(segment(query(echo, 1), query(divide, 1))));
  std::vector<std::unique_ptr<Asked>> asked;
  for (std::int32_t number = 0; number < 12; ++number) {
    asked.push_back(engine.ask(segment(query(echo, number), query(divide, number % 3), query(echo, -number))));
  }
  ASSERT_TRUE(engine.loop.run_until([&] { return std::ranges::all_of(asked, &Asked::answered); }, kPatience));
  for (std::int32_t number = 0; number < 12; ++number) {
    Answer& answer = asked[static_cast<std::size_t>(number)]->answer();
    ASSERT_EQ(answer.has_value(), number % 3 != 0) << number;
    if (answer) {
      EXPECT_EQ((*answer)[0][0].int32(0), number);
      EXPECT_EQ((*answer)[2][0].int32(0), -number);
    }
  }
  EXPECT_EQ(engine.lane.figures().connects, 1U);
}

// Catches resuming at a statement's own result: the insert says that it is done, and fails at the sync.
TEST_F(LaneTest, ADeferredConstraintFailsTheSegment) {
  const Answer answer = engine.answer_of(segment(query(add_note, 1, 99), query(echo, 5)));
  ASSERT_FALSE(answer) << "the rows of a transaction that was rolled back";
  EXPECT_NE(answer.error().log_detail.find("23503"), std::string::npos) << answer.error().log_detail;
  EXPECT_EQ(count("note"), "0");
  const Answer next = engine.answer_of(segment(query(echo, 6)));
  ASSERT_TRUE(next);
  EXPECT_EQ((*next)[0][0].int32(0), 6);
}

// Catches replies that are counted by statements instead of syncs, or not drained: a stranger would get another's row.
TEST_F(LaneTest, AnAbandonedSegmentIsDrained) {
  ASSERT_TRUE(engine.answer_of(segment(query(echo, 0), query(slow, 0), query(divide, 1))));
  const auto before = engine.ask(segment(query(echo, 1)));
  auto leaving = engine.ask(segment(query(echo, 2), query(slow, 50), query(divide, 0), query(echo, 3)));
  const auto after = engine.ask(segment(query(echo, 4), query(echo, 5)));
  engine.turn_for(io::Duration(10));
  ASSERT_TRUE(before->answered());
  ASSERT_FALSE(leaving->answered());
  leaving.reset();
  EXPECT_EQ(engine.lane.figures().abandoned, 1U);
  ASSERT_TRUE(engine.wait_for(after));
  EXPECT_EQ((*before->answer())[0][0].int32(0), 1);
  ASSERT_TRUE(after->answer());
  EXPECT_EQ((*after->answer())[0][0].int32(0), 4);
  EXPECT_EQ((*after->answer())[1][0].int32(0), 5);
  EXPECT_EQ(engine.lane.figures().connects, 1U);
  EXPECT_EQ(engine.lane.figures().in_flight, 0);
}

TEST_F(LaneTest, WhatWasAbandonedBeforeItWasSentIsNeverSent) {
  auto leaving = engine.ask(segment(query(add_note, 1, std::optional<std::int32_t>())));
  leaving.reset();  // not even connected yet
  ASSERT_TRUE(engine.answer_of(segment(query(echo, 1))));
  auto waiting = engine.ask(segment(query(add_note, 2, std::optional<std::int32_t>())));
  waiting.reset();  // its statement is being prepared
  ASSERT_TRUE(engine.answer_of(segment(query(echo, 2))));
  EXPECT_EQ(count("note"), "0");
  EXPECT_EQ(engine.lane.figures().queued, 0U);
}

// Eight of a megabyte at once, each in as many reads as it needs. That nginx's loop reports readiness as long as bytes
// are left is tested there (tests/integration/test_engine.py), and of this loop in io/epoll_loop_test.cpp.
TEST_F(LaneTest, ALargeResultArrivesWhole) {
  const pg::Statement* large = engine.statements.add("select repeat($1, 1000) from generate_series(1, 1049)", {kText});
  std::vector<std::unique_ptr<Asked>> asked;
  for (int number = 0; number < 8; ++number)
    asked.push_back(engine.ask(segment(query(large, std::string(1, static_cast<char>('a' + number))))));
  ASSERT_TRUE(engine.loop.run_until([&] { return std::ranges::all_of(asked, &Asked::answered); }, kPatience));
  for (int number = 0; number < 8; ++number) {
    Answer& answer = asked[static_cast<std::size_t>(number)]->answer();
    ASSERT_TRUE(answer) << answer.error().log_detail;
    ASSERT_EQ((*answer)[0].size(), 1049);
    EXPECT_EQ((*answer)[0][1048].text(0), std::string(1000, static_cast<char>('a' + number)));
  }
}

// Catches a client that does not read while it writes: server and client would wait for each other for ever.
TEST_F(LaneTest, LargeQuestionsAndLargeAnswersPassEachOther) {
  const pg::Statement* bounce = engine.statements.add("select $1 || $1", {kText});
  const std::string megabyte(1024 * 1024, 'x');
  std::vector<std::unique_ptr<Asked>> asked;
  for (int number = 0; number < 12; ++number) asked.push_back(engine.ask(segment(query(bounce, megabyte))));
  ASSERT_TRUE(engine.loop.run_until([&] { return std::ranges::all_of(asked, &Asked::answered); }, kPatience));
  for (const auto& each : asked) {
    ASSERT_TRUE(each->answer());
    EXPECT_EQ((*each->answer())[0][0].text(0).size(), 2 * megabyte.size());
  }
}

TEST_F(LaneTest, ABusyConnectionGetsHelp) {
  pg::LaneOptions options = Engine::options();
  options.connections = 2;
  Engine two(std::move(options));
  const pg::Statement* backend = two.statements.add("select pg_backend_pid(), pg_sleep(0.01)");
  ASSERT_TRUE(two.answer_of(segment(query(backend))));
  EXPECT_EQ(two.lane.figures().connections_open, 1) << "one is enough until there is more to do";
  std::vector<std::unique_ptr<Asked>> asked;
  for (int number = 0; number < 40; ++number) asked.push_back(two.ask(segment(query(backend))));
  ASSERT_TRUE(two.loop.run_until([&] { return std::ranges::all_of(asked, &Asked::answered); }, kPatience));
  std::set<std::int32_t> backends;
  for (const auto& each : asked) backends.insert((*each->answer())[0][0].int32(0));
  EXPECT_EQ(backends.size(), 2U);
  EXPECT_EQ(two.lane.figures().connects, 2U);
}

TEST_F(LaneTest, WhatDoesNotFitIsRefusedAtOnce) {
  pg::LaneOptions options = Engine::options();
  options.depth = 2;
  options.queue = 3;
  Engine small(std::move(options));
  const pg::Statement* pause = small.statements.add("select pg_sleep(0.05)");
  ASSERT_TRUE(small.answer_of(segment(query(pause))));
  std::vector<std::unique_ptr<Asked>> asked;
  for (int number = 0; number < 6; ++number) asked.push_back(small.ask(segment(query(pause))));
  EXPECT_TRUE(asked[5]->answered()) << "two in flight, three waiting, and no place for a sixth";
  EXPECT_EQ(asked[5]->error(), ErrorCode::kOverloaded);
  ASSERT_TRUE(small.loop.run_until([&] { return std::ranges::all_of(asked, &Asked::answered); }, kPatience));
  for (int number = 0; number < 5; ++number) EXPECT_TRUE(asked[static_cast<std::size_t>(number)]->answer());
}

TEST_F(LaneTest, ClosingAnswersEverybody) {
  ASSERT_TRUE(engine.answer_of(segment(query(slow, 0))));
  const auto sent = engine.ask(segment(query(slow, 2000)));
  const auto held = engine.ask(segment(query(echo, 1)));
  engine.turn_for(io::Duration(5));
  engine.lane.close();
  ASSERT_TRUE(engine.wait_for(sent, held));
  EXPECT_EQ(sent->error(), ErrorCode::kDatabaseUnavailable);
  const Answer refused = engine.answer_of(segment(query(echo, 1)));
  EXPECT_EQ(refused.error().code, ErrorCode::kDatabaseUnavailable);
  EXPECT_EQ(engine.loop.alive(), 0U);
  EXPECT_EQ(engine.log.count(LogLevel::kError), 0U) << "an end that was asked for is no error";
}

}  // namespace
}  // namespace portal::test
