// The loop of tests and of portalctl: nothing is called from inside what asked for it, and nothing after it was
// destroyed.
#include "io/epoll_loop.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace portal::io {
namespace {

// Counts its calls; may do something in each.
struct Counter {
  int calls = 0;
  void (*then)(Counter&) = nullptr;
  std::unique_ptr<Watch> watch;
  std::unique_ptr<Timer> timer;
  std::unique_ptr<Wake> wake;
  Counter* other = nullptr;

  void call() noexcept {
    ++calls;
    if (then) then(*this);
  }
  Callback callback() { return Callback::to<&Counter::call>(this); }
};

struct SocketPair {
  SocketPair() { socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends); }
  ~SocketPair() {
    close(ends[0]);
    close(ends[1]);
  }
  void send(std::size_t bytes = 1) const {
    ASSERT_EQ(write(ends[1], std::string(bytes, 'x').data(), bytes), static_cast<ssize_t>(bytes));
  }
  void receive(std::size_t bytes = 1) const {
    std::string received(bytes, '\0');
    ASSERT_EQ(read(ends[0], received.data(), bytes), static_cast<ssize_t>(bytes));
  }
  int ends[2] = {};
};

class EpollLoopTest : public ::testing::Test {
 protected:
  void turn(int times = 1) {
    for (int count = 0; count < times; ++count) loop.turn(Duration(1));
  }
  EpollLoop loop;
  Counter counter;
  SocketPair sockets;
};

// Catches edge-triggered readiness: what was left in the socket would never be told again.
TEST_F(EpollLoopTest, ADescriptorIsReadyAsLongAsBytesAreLeft) {
  counter.watch = loop.watch(sockets.ends[0], counter.callback());
  counter.watch->set(Interest::kRead);
  turn();
  EXPECT_EQ(counter.calls, 0);
  sockets.send(2);
  turn(3);
  EXPECT_EQ(counter.calls, 3);
  sockets.receive();
  turn();
  EXPECT_EQ(counter.calls, 4);
  sockets.receive();
  turn();
  EXPECT_EQ(counter.calls, 4);
}

TEST_F(EpollLoopTest, OnlyWhatInterestsIsTold) {
  counter.watch = loop.watch(sockets.ends[0], counter.callback());
  sockets.send();
  turn();
  EXPECT_EQ(counter.calls, 0) << "nothing was asked for";
  counter.watch->set(Interest::kWrite);
  turn();
  EXPECT_EQ(counter.calls, 1);
  counter.watch->set(Interest::kReadWrite);
  turn();
  EXPECT_EQ(counter.calls, 2);
  counter.watch->set(Interest::kNone);
  turn();
  EXPECT_EQ(counter.calls, 2);
}

TEST_F(EpollLoopTest, AWatchMayEndItselfAndOthersInItsCallback) {
  SocketPair others;
  Counter second;
  counter.other = &second;
  second.other = &counter;
  for (Counter* each : {&counter, &second}) {
    each->then = [](Counter& self) {
      self.watch.reset();
      self.other->watch.reset();
    };
  }
  counter.watch = loop.watch(sockets.ends[0], counter.callback());
  second.watch = loop.watch(others.ends[0], second.callback());
  counter.watch->set(Interest::kRead);
  second.watch->set(Interest::kRead);
  sockets.send();
  others.send();
  turn(2);
  EXPECT_EQ(counter.calls + second.calls, 1) << "both were ready in the same turn, and the first ended the second";
  EXPECT_EQ(loop.alive(), 0U);
}

TEST_F(EpollLoopTest, TimersFireOnceInTheirOrder) {
  Counter late;
  late.timer = loop.timer(late.callback(), TimerKind::kCancelable);
  counter.timer = loop.timer(counter.callback(), TimerKind::kKeepsProcessAlive);
  late.timer->start(Duration(60));
  counter.timer->start(Duration(5));
  const MonotonicTime started = loop.now();
  ASSERT_TRUE(loop.run_until([&] { return counter.calls == 1; }, Duration(1000)));
  EXPECT_GE(loop.now() - started, Duration(5));
  EXPECT_EQ(late.calls, 0);
  ASSERT_TRUE(loop.run_until([&] { return late.calls == 1; }, Duration(1000)));
  turn(3);
  EXPECT_EQ(counter.calls, 1);
  EXPECT_EQ(loop.alive(), 0U);
}

TEST_F(EpollLoopTest, ATimerThatIsStartedAgainStartsAnew) {
  counter.timer = loop.timer(counter.callback(), TimerKind::kCancelable);
  counter.timer->start(Duration(1));
  counter.timer->start(Duration(10'000));
  loop.run_until([] { return false; }, Duration(20));
  EXPECT_EQ(counter.calls, 0);
  counter.timer->stop();
  counter.timer->stop();
  EXPECT_EQ(loop.alive(), 0U);
  counter.timer->start(Duration(0));
  turn();
  EXPECT_EQ(counter.calls, 1);
}

TEST_F(EpollLoopTest, ATimerMayEndItselfOrOneThatIsDueAsWell) {
  Counter second;
  counter.other = &second;
  counter.then = [](Counter& self) {
    self.other->timer.reset();
    self.timer.reset();
  };
  counter.timer = loop.timer(counter.callback(), TimerKind::kCancelable);
  second.timer = loop.timer(second.callback(), TimerKind::kCancelable);
  counter.timer->start(Duration(1));
  second.timer->start(Duration(2));
  std::this_thread::sleep_for(Duration(5));
  turn(2);
  EXPECT_EQ(counter.calls, 1);
  EXPECT_EQ(second.calls, 0);
}

TEST_F(EpollLoopTest, AWakeNeverRunsInsidePost) {
  counter.wake = loop.wake(counter.callback());
  counter.wake->post();
  counter.wake->post();
  EXPECT_EQ(counter.calls, 0);
  turn();
  EXPECT_EQ(counter.calls, 1) << "posted twice, run once";
  turn();
  EXPECT_EQ(counter.calls, 1);
}

// Catches a loop of wakes that keeps descriptors from being looked at.
TEST_F(EpollLoopTest, WakesThatPostThemselvesStarveNobody) {
  counter.then = [](Counter& self) { self.wake->post(); };
  counter.wake = loop.wake(counter.callback());
  counter.wake->post();
  Counter reader;
  reader.watch = loop.watch(sockets.ends[0], reader.callback());
  reader.watch->set(Interest::kRead);
  sockets.send();
  turn(3);
  EXPECT_EQ(counter.calls, 3);
  EXPECT_EQ(reader.calls, 3);
}

TEST_F(EpollLoopTest, ADestroyedWakeForgetsItsPost) {
  Counter second;
  counter.other = &second;
  counter.then = [](Counter& self) {
    self.other->wake.reset();
    self.wake.reset();
  };
  counter.wake = loop.wake(counter.callback());
  second.wake = loop.wake(second.callback());
  counter.wake->post();
  second.wake->post();
  turn(2);
  EXPECT_EQ(counter.calls, 1);
  EXPECT_EQ(second.calls, 0);
  EXPECT_EQ(loop.alive(), 0U);
}

TEST_F(EpollLoopTest, AnotherThreadCanEndTheWait) {
  const MonotonicTime started = loop.now();
  std::thread other([&] {
    std::this_thread::sleep_for(Duration(20));
    loop.interrupt();
  });
  loop.turn(Duration(10'000));
  EXPECT_LT(loop.now() - started, Duration(5000));
  other.join();
}

}  // namespace
}  // namespace portal::io
