// Connections that break: what is asked again, what is told, and how soon the lane is back.
#include <gtest/gtest.h>

#include "pg/lane.hpp"
#include "support/engine.hpp"
#include "support/proxy.hpp"

namespace portal::test {
namespace {

using pg::oid::kInt4;

class ReconnectTest : public ::testing::Test {
 protected:
  void SetUp() override {
    PrivatePostgres::get().execute("drop table if exists mark; create table mark (a int primary key)");
  }
  static pg::LaneOptions options_of(const Proxy& proxy, pg::SegmentKind kind = pg::SegmentKind::kRead) {
    pg::LaneOptions options = Engine::options(proxy.folder());
    options.kind = kind;
    return options;
  }
  static std::string conninfo_of(const std::string& hosts) { return Engine::options(hosts).conninfo; }
  static void end_backends() {
    PrivatePostgres::get().execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'portico'");
  }
  static std::string marks() { return PrivatePostgres::get().ask("select count(*) from mark"); }

  Proxy proxy{PrivatePostgres::get().socket_path()};
};

TEST_F(ReconnectTest, AConnectionThatDiedIdleIsReplacedUnnoticed) {
  Engine engine;
  const pg::Statement* one = engine.statements.add("select 1");
  ASSERT_TRUE(engine.answer_of(segment(query(one))));
  end_backends();
  EXPECT_TRUE(engine.answer_of(segment(query(one))));
  EXPECT_EQ(engine.lane.figures().connects, 2U);
}

TEST_F(ReconnectTest, AReadOnItsWayIsAskedAgainOnce) {
  Engine engine(options_of(proxy));
  const pg::Statement* one = engine.statements.add("select 1");
  ASSERT_TRUE(engine.answer_of(segment(query(one))));
  proxy.cut_before('Z', 1);
  Answer answer = engine.answer_of(segment(query(one)));
  ASSERT_TRUE(answer) << answer.error().log_detail;
  EXPECT_EQ((*answer)[0].size(), 1);
  EXPECT_EQ(proxy.accepted(), 2);
}

TEST_F(ReconnectTest, AReadThatKillsEveryConnectionIsGivenUp) {
  Engine engine(options_of(proxy));
  const pg::Statement* suicide = engine.statements.add("select pg_terminate_backend(pg_backend_pid())");
  const Answer answer = engine.answer_of(segment(query(suicide)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kDatabaseUnavailable);
  EXPECT_EQ(engine.lane.figures().retries, 1U);
  // The third would be the lane's own: after a millisecond it looks for the server by itself.
  EXPECT_GE(proxy.accepted(), 2);
  EXPECT_LE(proxy.accepted(), 3);
}

// Catches reporting a lost write as rolled back: it was committed, and only the answer to its sync was lost.
TEST_F(ReconnectTest, AWriteWhoseEndIsLostHasAnUnknownOutcome) {
  Engine engine(options_of(proxy, pg::SegmentKind::kWrite));
  const pg::Statement* insert = engine.statements.add("insert into mark values ($1)", {kInt4});
  ASSERT_TRUE(engine.answer_of(segment(query(insert, 1))));
  proxy.cut_before('Z', 1);
  const Answer answer = engine.answer_of(segment(query(insert, 2)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kOutcomeUnknown) << answer.error().log_detail;
  EXPECT_EQ(answer.error().retry_after_seconds, 1U);
  EXPECT_EQ(marks(), "2");
}

TEST_F(ReconnectTest, AWriteThatIsCutBeforeItsFirstResultHasAnUnknownOutcomeAndIsNotRepeated) {
  Engine engine(options_of(proxy, pg::SegmentKind::kWrite));
  const pg::Statement* insert = engine.statements.add("insert into mark values ($1)", {kInt4});
  ASSERT_TRUE(engine.answer_of(segment(query(insert, 1))));
  proxy.cut_before('2', 1);  // the answer to Bind, the very first
  const Answer answer = engine.answer_of(segment(query(insert, 2)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kOutcomeUnknown) << answer.error().log_detail;
  engine.turn_for(io::Duration(50));
  EXPECT_EQ(engine.lane.figures().retries, 0U);
  EXPECT_EQ(engine.lane.figures().segments, 2U);
}

TEST_F(ReconnectTest, AWriteThatTheServerRolledBackIsToldAsThat) {
  Engine engine(options_of(proxy, pg::SegmentKind::kWrite));
  const pg::Statement* insert = engine.statements.add("insert into mark values ($1)", {kInt4});
  const pg::Statement* wait = engine.statements.add("select pg_sleep(5)");
  ASSERT_TRUE(engine.answer_of(segment(query(insert, 1))));
  const auto asked = engine.ask(segment(query(insert, 2), query(wait)));
  engine.turn_for(io::Duration(100));
  end_backends();
  ASSERT_TRUE(engine.wait_for(asked));
  ASSERT_FALSE(asked->answer());
  EXPECT_EQ(asked->error(), ErrorCode::kDatabaseUnavailable) << asked->answer().error().log_detail;
  EXPECT_NE(asked->answer().error().log_detail.find("57P01"), std::string::npos);
  EXPECT_EQ(marks(), "1");
}

// Segments that wait for a place were not sent, so losing the connection before them costs them nothing, writes or not.
TEST_F(ReconnectTest, WhatWasNotSentIsSentOnTheNextConnection) {
  pg::LaneOptions options = options_of(proxy, pg::SegmentKind::kWrite);
  options.depth = 1;
  Engine engine(std::move(options));
  const pg::Statement* insert = engine.statements.add("insert into mark values ($1)", {kInt4});
  ASSERT_TRUE(engine.answer_of(segment(query(insert, 1))));
  proxy.cut_before('Z', 1);
  const auto lost = engine.ask(segment(query(insert, 2)));
  const auto waiting = engine.ask(segment(query(insert, 3)));
  ASSERT_TRUE(engine.wait_for(lost, waiting));
  EXPECT_EQ(lost->error(), ErrorCode::kOutcomeUnknown);
  EXPECT_TRUE(waiting->answer());
}

// Where libpq has no memory for the end of a segment it never tells of it: to the lane as if the server had not said
// it. What the next one fails with, as commits also fail, must not pass for the end that is missing: everybody behind
// would get a stranger's answer.
class LostCountTest : public ReconnectTest {
 protected:
  void SetUp() override {
    ReconnectTest::SetUp();
    PrivatePostgres::get().execute("drop sequence if exists tried; create sequence tried");
  }
  // The sequence is not rolled back, so it fails once.
  static std::string failing_once(const std::string& state) {
    return "do $$ begin if nextval('tried') = 2 then raise exception 'x' using errcode = '" + state +
           "'; end if; end $$";
  }
};

TEST_F(LostCountTest, NoReadGetsAStrangersAnswer) {
  for (const char* state : {"40001", "40P01"}) {
    PrivatePostgres::get().execute("alter sequence tried restart");
    Engine engine(options_of(proxy));
    const pg::Statement* echo = engine.statements.add("select $1", {kInt4});
    const pg::Statement* failing = engine.statements.add(failing_once(state));
    ASSERT_TRUE(engine.answer_of(segment(query(failing), query(echo, 0))));
    proxy.swallow('Z', 1);
    std::vector<std::unique_ptr<Asked>> asked;
    for (const std::int32_t number : {0, 1, 2, 3, 4}) {
      asked.push_back(engine.ask(number == 1 ? segment(query(failing), query(echo, number))
                                             : segment(query(echo, number), query(echo, number))));
    }
    ASSERT_TRUE(engine.loop.run_until([&] { return std::ranges::all_of(asked, &Asked::answered); }, kPatience));
    for (std::int32_t number = 0; number < 5; ++number) {
      Answer& answer = asked[static_cast<std::size_t>(number)]->answer();
      ASSERT_TRUE(answer) << state << ' ' << number << ": " << answer.error().log_detail;
      EXPECT_EQ((*answer)[1][0].int32(0), number) << state;
    }
    EXPECT_EQ(engine.lane.figures().connects, 2U) << state;
  }
}

// Catches that, and a write that was committed and is made again.
TEST_F(LostCountTest, NoWriteIsToldOfAnothersFailure) {
  for (const char* state : {"40001", "23505"}) {
    PrivatePostgres::get().execute(
        "alter sequence tried restart; drop table if exists tries; create table tries (a int)");
    Engine engine(options_of(proxy, pg::SegmentKind::kWrite));
    const pg::Statement* insert = engine.statements.add("insert into tries values ($1)", {kInt4});
    const pg::Statement* failing = engine.statements.add(failing_once(state));
    ASSERT_TRUE(engine.answer_of(segment(query(failing), query(insert, 1))));
    proxy.swallow('Z', 1);
    const auto done = engine.ask(segment(query(insert, 2)));
    const auto failed = engine.ask(segment(query(failing), query(insert, 3)));
    ASSERT_TRUE(engine.wait_for(done, failed));
    for (const auto* each : {&done, &failed}) {
      ASSERT_FALSE((*each)->answer()) << state;
      EXPECT_EQ((*each)->error(), ErrorCode::kOutcomeUnknown) << state;
    }
    engine.turn_for(io::Duration(100));
    EXPECT_EQ(PrivatePostgres::get().ask("select count(*) from tries where a = 2"), "1") << state;
  }
}

// Nothing was sent behind it, so it is its own commit that failed: nobody is in doubt.
TEST_F(LostCountTest, ACommitThatFailsAloneIsToldAsThat) {
  PrivatePostgres::get().execute(
      "drop table if exists child; create table child (a int references mark deferrable initially deferred)");
  Engine engine(options_of(proxy, pg::SegmentKind::kWrite));
  const pg::Statement* insert = engine.statements.add("insert into child values ($1)", {kInt4});
  const Answer answer = engine.answer_of(segment(query(insert, 9)));
  PrivatePostgres::get().execute("drop table child");
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().code, ErrorCode::kOutcomeUnknown) << answer.error().log_detail;
  EXPECT_EQ(engine.lane.figures().connects, 1U);
}

TEST_F(ReconnectTest, WithoutAServerTheAnswerIsImmediateAndTriesAreFew) {
  Engine engine(options_of(proxy));
  const pg::Statement* one = engine.statements.add("select 1");
  proxy.refuse(true);
  const io::MonotonicTime started = engine.loop.now();
  int answers = 0;
  while (engine.loop.now() - started < io::Duration(500)) {
    const Answer answer = engine.answer_of(segment(query(one)));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kDatabaseUnavailable);
    EXPECT_EQ(answer.error().retry_after_seconds, 1U);
    ++answers;
    engine.turn_for(io::Duration(1));
  }
  EXPECT_GT(answers, 5) << "nobody waits for a server that is away";
  EXPECT_LE(engine.lane.figures().connects, 5U) << "100, 200, 400 ms between tries";
  proxy.refuse(false);
  ASSERT_TRUE(
      engine.loop.run_until([&] { return engine.answer_of(segment(query(one))).has_value(); }, io::Duration(3000)));
}

TEST_F(ReconnectTest, AServerThatStopsAndStartsIsFoundAgain) {
  Engine engine;
  const pg::Statement* one = engine.statements.add("select 1");
  ASSERT_TRUE(engine.answer_of(segment(query(one))));
  PrivatePostgres::get().stop();
  EXPECT_EQ(engine.answer_of(segment(query(one))).error().code, ErrorCode::kDatabaseUnavailable);
  PrivatePostgres::get().start();
  EXPECT_TRUE(engine.loop.run_until([&] { return engine.answer_of(segment(query(one))).has_value(); }, kPatience));
}

TEST_F(ReconnectTest, ASilentServerIsGivenUpWhileConnecting) {
  proxy.hold(true);
  pg::LaneOptions options = options_of(proxy);
  options.connect_timeout = io::Duration(150);
  Engine engine(std::move(options));
  const pg::Statement* one = engine.statements.add("select 1");
  const io::MonotonicTime started = engine.loop.now();
  const Answer answer = engine.answer_of(segment(query(one)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kDatabaseUnavailable);
  EXPECT_LT(engine.loop.now() - started, io::Duration(1000));
}

// libpq goes on to the next host after an error alone. Catches a lane that begins with the silent one again for ever.
TEST_F(ReconnectTest, AHostThatIsSilentIsPassedOver) {
  Proxy silent(PrivatePostgres::get().socket_path());
  silent.hold(true);
  pg::LaneOptions options = options_of(silent);
  options.conninfo = conninfo_of(silent.folder() + "," + proxy.folder());
  options.connect_timeout = io::Duration(400);
  Engine engine;
  pg::Pulse pulse(engine.loop);
  pg::Lane one(engine.loop, options, engine.log, &pulse);
  pg::Lane other(engine.loop, options, engine.log, &pulse);
  const pg::Statement* ask = engine.statements.add("select 1");
  const auto first = std::make_unique<Asked>(one, segment(query(ask)));
  const auto second = std::make_unique<Asked>(other, segment(query(ask)));
  ASSERT_TRUE(engine.wait_for(first, second));
  EXPECT_EQ(pulse.first_host(), 1U) << "two lanes, one silence";
  for (pg::Lane* lane : {&one, &other}) {
    const auto served = [&] {
      const auto asked = std::make_unique<Asked>(*lane, segment(query(ask)));
      return engine.wait_for(asked) && asked->answer().has_value();
    };
    EXPECT_TRUE(engine.loop.run_until(served, kPatience));
  }
}

// libpq takes a session that is read-only by itself for one of a standby, and reads are. Catches workers that never
// get a connection.
TEST_F(ReconnectTest, ALaneThatIsReadOnlyFindsTheServerThatTakesWrites) {
  pg::LaneOptions options = options_of(proxy);
  options.conninfo += " target_session_attrs=read-write";
  options.settings = {"default_transaction_read_only=on"};
  Engine engine(std::move(options));
  const pg::Statement* show = engine.statements.add("select current_setting('transaction_read_only')");
  const Answer answer = engine.answer_of(segment(query(show)));
  ASSERT_TRUE(answer) << answer.error().log_detail;
  EXPECT_EQ((*answer)[0][0].text(0), "on");
}

// Catches a deadline that is not set for a segment that waited for its preparation: the connection would be stuck for
// ever.
TEST_F(ReconnectTest, ASilentServerIsGivenUpWhileAnswering) {
  for (const bool first_use : {true, false}) {
    pg::LaneOptions options = options_of(proxy);
    options.answer_timeout = io::Duration(200);
    Engine engine(std::move(options));
    const pg::Statement* wait = engine.statements.add("select pg_sleep($1)", {pg::oid::kInt4});
    const pg::Statement* typed = engine.statements.add("select pg_sleep($1::int)", {kInt4});
    if (!first_use) ASSERT_TRUE(engine.answer_of(segment(query(typed, 0))));
    const io::MonotonicTime started = engine.loop.now();
    const Answer answer = engine.answer_of(segment(query(first_use ? wait : typed, 3)));
    ASSERT_FALSE(answer) << "first use: " << first_use;
    EXPECT_EQ(answer.error().code, ErrorCode::kDatabaseUnavailable);
    EXPECT_LT(engine.loop.now() - started, io::Duration(2000)) << "first use: " << first_use;
    EXPECT_TRUE(engine.log.has("no answer in time"));
  }
}

// Catches a deadline that counts the time in which the server answered those in front.
TEST_F(ReconnectTest, AServerThatAnswersOneAfterAnotherIsNotGivenUp) {
  pg::LaneOptions options = options_of(proxy);
  options.connections = 1;
  options.answer_timeout = io::Duration(600);
  Engine engine(std::move(options));
  const pg::Statement* pause = engine.statements.add("select pg_sleep(0.2)");
  ASSERT_TRUE(engine.answer_of(segment(query(pause))));
  std::vector<std::unique_ptr<Asked>> asked;
  for (int number = 0; number < 6; ++number) asked.push_back(engine.ask(segment(query(pause))));
  ASSERT_TRUE(engine.loop.run_until([&] { return std::ranges::all_of(asked, &Asked::answered); }, kPatience));
  for (const auto& each : asked) EXPECT_TRUE(each->answer());
  EXPECT_EQ(engine.lane.figures().connects, 1U);
}

// Catches a dispatch that goes on with a queue that the failure of a further connection has just emptied.
TEST_F(ReconnectTest, AFurtherConnectionThatFailsAtOnceDisturbsNobody) {
  pg::LaneOptions options = options_of(proxy);
  options.connections = 3;
  Engine engine(std::move(options));
  const pg::Statement* pause = engine.statements.add("select pg_sleep(0.02)");
  ASSERT_TRUE(engine.answer_of(segment(query(pause))));
  proxy.refuse(true);
  std::vector<std::unique_ptr<Asked>> asked;
  for (int number = 0; number < 10; ++number) asked.push_back(engine.ask(segment(query(pause))));
  ASSERT_TRUE(engine.loop.run_until([&] { return std::ranges::all_of(asked, &Asked::answered); }, kPatience));
  for (const auto& each : asked) EXPECT_TRUE(each->answer());
  EXPECT_EQ(engine.lane.figures().connections_open, 1);
  EXPECT_GE(engine.lane.figures().connects, 2U) << "it has tried";
}

TEST_F(ReconnectTest, AnswersThatArriveByteByByteAreTheSame) {
  proxy.slice(true);
  Engine engine(options_of(proxy));
  const pg::Statement* rows = engine.statements.add("select i, repeat('x', i) from generate_series(1, 40) i");
  const pg::Statement* wrong = engine.statements.add("select 1 / (i - i) from generate_series(1, 1) i");
  const auto first = engine.ask(segment(query(rows), query(rows)));
  const auto second = engine.ask(segment(query(rows), query(wrong)));
  const auto third = engine.ask(segment(query(rows)));
  ASSERT_TRUE(engine.wait_for(first, second, third));
  ASSERT_TRUE(first->answer());
  EXPECT_EQ((*first->answer())[1][39].text(1), std::string(40, 'x'));
  EXPECT_FALSE(second->answer());
  ASSERT_TRUE(third->answer());
  EXPECT_EQ((*third->answer())[0].size(), 40);
}

TEST_F(ReconnectTest, EveryPlaceWhereAnAnswerCanBeCutIsSurvived) {
  for (const char type : {'1', '2', 'T', 'D', 'C', 'Z', 'S', 'R'}) {
    for (int number = 1; number <= 2; ++number) {
      Engine engine(options_of(proxy));
      const pg::Statement* rows = engine.statements.add("select i from generate_series(1, 3) i");
      proxy.cut_before(type, number);
      const auto first = engine.ask(segment(query(rows), query(rows)));
      auto leaving = engine.ask(segment(query(rows)));
      const auto second = engine.ask(segment(query(rows)));
      engine.loop.turn(io::Duration(1));
      leaving.reset();
      ASSERT_TRUE(engine.wait_for(first, second)) << type << number;
      for (const auto* each : {&first, &second}) {
        Answer& answer = (*each)->answer();
        if (answer) {
          EXPECT_EQ((*answer)[0].size(), 3) << type << number;
        } else {
          EXPECT_EQ(answer.error().code, ErrorCode::kDatabaseUnavailable) << type << number;
        }
      }
      engine.lane.close();
      engine.turn_for(io::Duration(1));
      EXPECT_EQ(engine.loop.alive(), 0U) << type << number;
    }
  }
}

}  // namespace
}  // namespace portal::test
