// The connection that only listens: a notice is told, and so is every time when notices may have been missed.
#include "pg/listener.hpp"

#include <gtest/gtest.h>

#include "support/engine.hpp"
#include "support/proxy.hpp"

namespace portal::test {
namespace {

class ListenerTest : public ::testing::Test {
 public:
  void on_change() noexcept { ++changes; }

 protected:
  static void notify() { PrivatePostgres::get().execute("notify changes, 'x'"); }
  bool changed(int times) {
    return loop.run_until([&] { return changes >= times; }, kPatience);
  }

  io::EpollLoop loop;
  MemoryLog log;
  Proxy proxy{PrivatePostgres::get().socket_path()};
  int changes = 0;
  pg::Listener listener{loop, Engine::options(proxy.folder()), "listen changes",
                        io::Callback::to<&ListenerTest::on_change>(this), log};
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
}

// Catches a reconnect that is not told: what was notified meanwhile is lost.
TEST_F(ListenerTest, TellsThatItIsBack) {
  listener.start();
  ASSERT_TRUE(changed(1));
  proxy.cut();
  ASSERT_TRUE(loop.run_until([&] { return !listener.listening(); }, kPatience));
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
  pg::Listener wrong(loop, Engine::options(proxy.folder()), "listen", io::Callback::to<&ListenerTest::on_change>(this),
                     log);
  wrong.start();
  ASSERT_TRUE(loop.run_until([&] { return log.has("LISTEN was refused"); }, kPatience));
  EXPECT_FALSE(wrong.listening());
  EXPECT_EQ(changes, 0);
  ASSERT_TRUE(loop.run_until([&] { return proxy.accepted() > 1; }, kPatience));
}

TEST_F(ListenerTest, LeavesNothingBehind) {
  for (int turns = 0; turns < 6; ++turns) {
    {
      pg::Listener brief(loop, Engine::options(proxy.folder()), "listen changes", io::Callback(), log);
      brief.start();
      for (int turn = 0; turn < turns; ++turn) loop.turn(io::Duration(5));
    }
    EXPECT_EQ(loop.alive(), 0U) << "destroyed after turns: " << turns;
  }
}

}  // namespace
}  // namespace portal::test
