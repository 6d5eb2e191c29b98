// The connection that only listens: a notice is told, and so is every time when notices may have been missed.
#include "pg/listener.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "support/engine.hpp"
#include "support/proxy.hpp"

namespace portal::test {
namespace {

class ListenerTest : public ::testing::Test, public pg::NoticeObserver {
 public:
  void on_listening() noexcept override { ++changes; }
  void on_notice(std::string_view channel, std::string_view payload) noexcept override {
    ++changes;
    heard.push_back(std::string(channel) + ": " + std::string(payload));
  }
  void on_deaf() noexcept override { ++losses; }
  void on_no_answer() noexcept override { ++unanswered; }

 protected:
  static void notify() { PrivatePostgres::get().execute("notify changes, 'x'"); }
  bool changed(int times) {
    return loop.run_until([&] { return changes >= times; }, kPatience);
  }

  io::EpollLoop loop;
  MemoryLog log;
  Proxy proxy{PrivatePostgres::get().socket_path()};
  int changes = 0;
  int losses = 0;
  int unanswered = 0;
  std::vector<std::string> heard;
  pg::Listener listener{loop, Engine::options(proxy.folder()), "listen changes; listen hosts", *this, log};
};

TEST_F(ListenerTest, TellsThatItBeganAndEveryNotice) {
  listener.start();
  EXPECT_FALSE(listener.listening());
  ASSERT_TRUE(changed(1));
  EXPECT_TRUE(listener.listening());
  notify();
  ASSERT_TRUE(changed(2));
  PrivatePostgres::get().execute("notify elsewhere");
  loop.run_until([] { return false; }, io::Duration(50));
  EXPECT_EQ(changes, 2) << "other channels are not ours";
  EXPECT_EQ(heard, std::vector<std::string>{"changes: x"});
}

TEST_F(ListenerTest, HandsOnWhatWasSaidOnEachChannelInItsOrder) {
  listener.start();
  ASSERT_TRUE(changed(1));
  PrivatePostgres::get().execute("notify hosts");
  PrivatePostgres::get().execute("begin; notify changes, 'jobs 1 2 3'; notify changes, 'jobs 1 2 4'; commit");
  ASSERT_TRUE(changed(4));
  EXPECT_EQ(heard, (std::vector<std::string>{"hosts: ", "changes: jobs 1 2 3", "changes: jobs 1 2 4"}));
}

// Catches notices that wait in libpq for the next byte: they came behind an answer, in one read.
TEST_F(ListenerTest, NoticesBehindAnAnswerAreHandedOnWithIt) {
  listener.start();
  ASSERT_TRUE(changed(1));
  std::this_thread::sleep_for(pg::Listener::kAskEvery + io::Duration(20));
  loop.turn(io::Duration(0));  // asks
  std::this_thread::sleep_for(io::Duration(100));
  notify();
  std::this_thread::sleep_for(io::Duration(100));
  loop.turn(io::Duration(0));
  EXPECT_EQ(heard, std::vector<std::string>{"changes: x"});
}

TEST_F(ListenerTest, TellsOfAQuestionThatIsNotAnswered) {
  listener.start();
  ASSERT_TRUE(changed(1));
  loop.run_until([] { return false; }, 3 * pg::Listener::kAskEvery);
  EXPECT_EQ(unanswered, 0);
  proxy.hold(true);
  EXPECT_TRUE(loop.run_until([&] { return unanswered >= 2; }, 5 * pg::Listener::kAskEvery));
  EXPECT_TRUE(listener.listening());
  proxy.hold(false);
}

// Catches a reconnect that is not told: what was notified meanwhile is lost.
TEST_F(ListenerTest, TellsThatItIsBack) {
  listener.start();
  ASSERT_TRUE(changed(1));
  proxy.cut();
  ASSERT_TRUE(loop.run_until([&] { return !listener.listening(); }, kPatience));
  EXPECT_EQ(losses, 1);
  notify();
  ASSERT_TRUE(changed(2));
  EXPECT_TRUE(listener.listening());
  notify();
  EXPECT_TRUE(changed(3));
}

TEST_F(ListenerTest, KeepsTryingWhileNobodyAnswers) {
  proxy.refuse(true);
  listener.start();
  loop.run_until([] { return false; }, io::Duration(100));
  EXPECT_FALSE(listener.listening());
  EXPECT_TRUE(log.has("listener: connection to server"));
  proxy.refuse(false);
  EXPECT_TRUE(changed(1));
}

TEST_F(ListenerTest, ArrivesInPieces) {
  proxy.slice(true);
  listener.start();
  ASSERT_TRUE(changed(1));
  notify();
  EXPECT_TRUE(changed(2));
}

TEST_F(ListenerTest, AStatementThatIsRefusedIsTriedAgain) {
  pg::Listener wrong(loop, Engine::options(proxy.folder()), "listen", *this, log);
  wrong.start();
  ASSERT_TRUE(loop.run_until([&] { return log.has("LISTEN was refused"); }, kPatience));
  EXPECT_FALSE(wrong.listening());
  EXPECT_EQ(changes, 0);
  ASSERT_TRUE(loop.run_until([&] { return proxy.accepted() > 1; }, kPatience));
}

TEST_F(ListenerTest, LeavesNothingBehind) {
  for (int turns = 0; turns < 6; ++turns) {
    {
      pg::Listener brief(loop, Engine::options(proxy.folder()), "listen changes", *this, log);
      brief.start();
      for (int turn = 0; turn < turns; ++turn) loop.turn(io::Duration(5));
    }
    EXPECT_EQ(loop.alive(), 0U) << "destroyed after turns: " << turns;
  }
}

}  // namespace
}  // namespace portal::test
