// A server that says nothing: how soon that is noticed, by whom, and what is not taken for it.
#include "pg/pulse.hpp"

#include <gtest/gtest.h>

#include "pg/listener.hpp"
#include "support/engine.hpp"
#include "support/proxy.hpp"

namespace portal::test {
namespace {

using pg::oid::kInt4;

class Nobody final : public pg::NoticeObserver {
 public:
  void on_listening() noexcept override {}
  void on_notice(std::string_view /*channel*/, std::string_view /*payload*/) noexcept override {}
};

// A lane and a listener of one server, as a worker has them.
class PulseTest : public ::testing::Test {
 protected:
  PulseTest() { PrivatePostgres::get().execute("drop table if exists mark; create table mark (a int primary key)"); }
  static pg::LaneOptions options_of(const Proxy& proxy, pg::SegmentKind kind) {
    pg::LaneOptions options = Engine::options(proxy.folder());
    options.kind = kind;
    return options;
  }
  bool until(auto condition, io::Duration longest = kPatience) { return loop.run_until(condition, longest); }
  std::unique_ptr<Asked> ask(pg::Lane& lane, std::vector<pg::Query> queries) {
    return std::make_unique<Asked>(lane, std::move(queries));
  }
  Answer answer_of(pg::Lane& lane, std::vector<pg::Query> queries) {
    const auto asked = ask(lane, std::move(queries));
    if (!until([&] { return asked->answered(); })) return fail(ErrorCode::kInternal, "no answer in time");
    return std::move(asked->answer());
  }

  io::EpollLoop loop;
  MemoryLog log;
  Statements statements;
  Proxy proxy{PrivatePostgres::get().socket_path()};
  Nobody nobody;
  pg::Pulse pulse{loop};
  pg::Lane reads{loop, options_of(proxy, pg::SegmentKind::kRead), log, &pulse};
  pg::Lane writes{loop, options_of(proxy, pg::SegmentKind::kWrite), log, &pulse};
  pg::Listener listener{loop, Engine::options(proxy.folder()), "listen changes", nobody, log, &pulse};
  const pg::Statement* one = statements.add("select 1");
  const pg::Statement* insert = statements.add("insert into mark values ($1)", {kInt4});
};

TEST_F(PulseTest, ASilentServerFailsEverybodyWithinASecondAndIsFoundAgain) {
  listener.start();
  ASSERT_TRUE(answer_of(reads, segment(query(one))));
  ASSERT_TRUE(answer_of(writes, segment(query(insert, 1))));
  ASSERT_TRUE(until([&] { return listener.listening(); }));
  proxy.hold(true);
  const io::MonotonicTime frozen = loop.now();
  const auto read = ask(reads, segment(query(one)));
  const auto write = ask(writes, segment(query(insert, 2)));
  ASSERT_TRUE(until([&] { return read->answered() && write->answered(); }));
  EXPECT_LT(loop.now() - frozen, io::Duration(1000));
  EXPECT_EQ(read->error(), ErrorCode::kDatabaseUnavailable) << "it is not asked again of a server that is silent";
  EXPECT_EQ(write->error(), ErrorCode::kOutcomeUnknown);
  EXPECT_TRUE(pulse.silent());
  EXPECT_FALSE(listener.lease_valid());

  for (int times = 0; times < 3; ++times) {
    const auto refused = ask(reads, segment(query(one)));
    EXPECT_TRUE(refused->answered()) << "nobody waits for a server that is known to be silent";
    loop.run_until([] { return false; }, io::Duration(100));
  }
  EXPECT_EQ(log.count(LogLevel::kError), 3U) << "one line for each lane and the listener";

  proxy.hold(false);
  ASSERT_TRUE(until([&] { return answer_of(reads, segment(query(one))).has_value(); }, io::Duration(5000)));
  ASSERT_TRUE(until([&] { return answer_of(writes, segment(query(insert, 3))).has_value(); }, io::Duration(1000)));
  EXPECT_TRUE(log.has("lane test: PostgreSQL is back after"));
  EXPECT_EQ(log.count(LogLevel::kError), 3U);
}

// Catches silence that is told by a statement that takes long: the listener is answered meanwhile.
TEST_F(PulseTest, ASlowStatementIsNotSilence) {
  listener.start();
  const pg::Statement* pause = statements.add("select pg_sleep(1.2)");
  EXPECT_TRUE(answer_of(reads, segment(query(pause))));
  EXPECT_FALSE(pulse.silent());
  EXPECT_EQ(log.count(LogLevel::kError), 0U);
}

TEST_F(PulseTest, NobodyWaitsLongForAServerThatIsSilentFromTheStart) {
  proxy.hold(true);
  listener.start();
  const io::MonotonicTime started = loop.now();
  EXPECT_EQ(answer_of(reads, segment(query(one))).error().code, ErrorCode::kDatabaseUnavailable);
  EXPECT_LT(loop.now() - started, io::Duration(1000));
  proxy.hold(false);
  EXPECT_TRUE(until([&] { return answer_of(reads, segment(query(one))).has_value(); }, io::Duration(5000)));
}

// A listener and lanes that know of two hosts. What they hear of the first one is held back.
class TwoHostsTest : public PulseTest {
 protected:
  pg::LaneOptions options_of_both(pg::SegmentKind kind) const {
    pg::LaneOptions options = options_of(proxy, kind);
    options.conninfo = Engine::options(proxy.folder() + "," + next.folder()).conninfo;
    return options;
  }
  static pg::LaneOptions listening(pg::LaneOptions options) {
    options.conninfo += " target_session_attrs=read-write";
    options.settings = {"default_transaction_read_only=on"};
    return options;
  }
  bool served(pg::Lane& lane) {
    return until([&] { return answer_of(lane, segment(query(one))).has_value(); });
  }

  Proxy next{PrivatePostgres::get().socket_path()};
  pg::Lane both_reads{loop, options_of_both(pg::SegmentKind::kRead), log, &pulse};
  pg::Lane both_writes{loop, options_of_both(pg::SegmentKind::kWrite), log, &pulse};
  pg::Listener both{loop, listening(options_of_both(pg::SegmentKind::kRead)), "listen changes", nobody, log, &pulse};
};

TEST_F(TwoHostsTest, TheSecondIsFoundWhenTheFirstIsSilentFromTheStart) {
  proxy.hold(true);
  both.start();
  EXPECT_TRUE(until([&] { return both.listening(); }));
  EXPECT_TRUE(served(both_reads));
  EXPECT_TRUE(served(both_writes));
}

TEST_F(TwoHostsTest, TheSecondIsFoundWhenTheFirstFallsSilent) {
  both.start();
  ASSERT_TRUE(until([&] { return both.listening(); }));
  ASSERT_TRUE(served(both_reads));
  ASSERT_TRUE(served(both_writes));
  EXPECT_EQ(next.accepted(), 0);
  proxy.hold(true);
  ASSERT_TRUE(until([&] { return pulse.silent(); }));
  EXPECT_EQ(pulse.first_host(), 1U) << "one silence, however many notice it";
  EXPECT_TRUE(until([&] { return both.listening(); }));
  EXPECT_TRUE(served(both_reads));
  EXPECT_TRUE(served(both_writes));
  EXPECT_GE(next.accepted(), 3);
}

// Catches a worker that stays with the host where it has once been sent to.
TEST_F(TwoHostsTest, TheFirstIsFoundAgainWhenTheSecondIsSilent) {
  next.hold(true);
  pulse.no_answer_at(0);
  both.start();
  EXPECT_TRUE(until([&] { return both.listening(); }));
  EXPECT_TRUE(served(both_reads));
}

// The postmaster alone is stopped: nobody gets a new connection, and those that exist go on.
TEST_F(PulseTest, ALaneWithoutAConnectionDoesNotWaitForOneThatDoesNotCome) {
  Proxy silent(PrivatePostgres::get().socket_path());
  silent.hold(true);
  listener.start();
  ASSERT_TRUE(answer_of(reads, segment(query(one))));
  pg::Lane late(loop, options_of(silent, pg::SegmentKind::kRead), log, &pulse);
  const io::MonotonicTime started = loop.now();
  EXPECT_EQ(answer_of(late, segment(query(one))).error().code, ErrorCode::kDatabaseUnavailable);
  EXPECT_LT(loop.now() - started, io::Duration(1000));
  EXPECT_TRUE(ask(late, segment(query(one)))->answered());
  EXPECT_FALSE(pulse.silent());
  EXPECT_TRUE(answer_of(reads, segment(query(one))));
  silent.hold(false);
  EXPECT_TRUE(until([&] { return answer_of(late, segment(query(one))).has_value(); }, io::Duration(5000)));
}

// Catches a worker that was held up itself and takes what it has not read yet for silence.
TEST_F(PulseTest, ALoopThatWasHeldUpLooksASecondTime) {
  listener.start();
  ASSERT_TRUE(answer_of(reads, segment(query(one))));
  for (int times = 0; times < 3; ++times) {
    loop.run_until([] { return false; }, io::Duration(260));
    std::this_thread::sleep_for(std::chrono::milliseconds(900));
  }
  loop.run_until([] { return false; }, io::Duration(300));
  EXPECT_FALSE(pulse.silent());
  EXPECT_EQ(reads.figures().connects, 1U);
}

TEST_F(PulseTest, TheLeaseHoldsWhileQuestionsAreAnswered) {
  EXPECT_FALSE(listener.lease_valid());
  listener.start();
  ASSERT_TRUE(until([&] { return listener.listening(); }));
  EXPECT_EQ(listener.epoch(), 1U);
  const io::MonotonicTime began = loop.now();
  while (loop.now() - began < io::Duration(1300)) {
    ASSERT_TRUE(listener.lease_valid());
    loop.turn(io::Duration(10));
  }
  proxy.hold(true);
  const io::MonotonicTime frozen = loop.now();
  ASSERT_TRUE(until([&] { return !listener.lease_valid(); }, io::Duration(1000)));
  EXPECT_LT(loop.now() - frozen, pg::Listener::kLease);
  proxy.hold(false);
  ASSERT_TRUE(until([&] { return listener.lease_valid(); }, io::Duration(5000)));
  EXPECT_EQ(listener.epoch(), 2U) << "what was notified meanwhile is lost";
}

// Catches a lease that counts from the answer: what was notified after the question was asked may not have come.
TEST_F(PulseTest, TheLeaseCountsFromTheQuestion) {
  listener.start();
  ASSERT_TRUE(until([&] { return listener.listening(); }));
  std::this_thread::sleep_for(pg::Listener::kLease);
  EXPECT_FALSE(listener.lease_valid()) << "the loop did not turn, so nobody has asked";
  ASSERT_TRUE(until([&] { return listener.lease_valid(); }));
  EXPECT_EQ(listener.epoch(), 1U);
}

}  // namespace
}  // namespace portal::test
