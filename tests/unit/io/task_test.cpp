// Tasks: lazy, owned by one, and gone with everything in them when they are destroyed in the middle.
#include "base/task.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "io/epoll_loop.hpp"

namespace portal {
namespace {

// Waits for a wake of the loop, like every awaiter of ours.
class Pause {
 public:
  explicit Pause(io::Loop& loop) : loop_(loop) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    wake_ = loop_.wake(
        {[](void* address) noexcept { std::coroutine_handle<>::from_address(address).resume(); }, handle.address()});
    wake_->post();
  }
  void await_resume() const noexcept {}

 private:
  io::Loop& loop_;
  std::unique_ptr<io::Wake> wake_;
};

Task<int> add(io::Loop* loop, int left, int right, std::shared_ptr<int> held) {
  co_await Pause(*loop);
  co_return left + right + (held ? 0 : 1);
}

Task<std::string> middle(io::Loop* loop, std::shared_ptr<int> held) {
  const int sum = co_await add(loop, 1, 2, held);
  const int more = co_await add(loop, sum, 3, held);
  co_return std::to_string(more);
}

Task<void> outer(io::Loop* loop, std::shared_ptr<int> held, std::string* out) {
  *out = co_await middle(loop, std::move(held));
}

Task<int> throwing(io::Loop* loop) {
  co_await Pause(*loop);
  throw std::runtime_error("from inside");
}

Task<void> catching(io::Loop* loop, std::string* out) {
  try {
    *out = std::to_string(co_await throwing(loop));
  } catch (const std::runtime_error& failure) {
    *out = failure.what();
  }
}

Task<int> immediate(int value) { co_return value; }

Task<int> sum_of_many(int count) {
  int sum = 0;
  for (int number = 0; number < count; ++number) sum += co_await immediate(1);
  co_return sum;
}

TEST(TaskTest, StartsWhenItIsAwaitedAndAnswersThroughEveryLevel) {
  io::EpollLoop loop;
  std::string out;
  auto held = std::make_shared<int>(1);
  Task<void> task = outer(&loop, held, &out);
  EXPECT_EQ(loop.alive(), 0U) << "nothing has begun";
  task.handle().resume();
  ASSERT_TRUE(loop.run_until([&] { return task.done(); }, io::Duration(1000)));
  EXPECT_EQ(out, "6");
  task = {};
  EXPECT_EQ(held.use_count(), 1);
}

// Catches frames or registrations that survive the request: a wake would resume a frame that is gone.
TEST(TaskTest, DestroyingTheRootCancelsEveryLevel) {
  io::EpollLoop loop;
  std::string out;
  auto held = std::make_shared<int>(1);
  for (int turns = 0; turns < 2; ++turns) {
    Task<void> task = outer(&loop, held, &out);
    task.handle().resume();
    for (int turn = 0; turn < turns; ++turn) loop.turn(io::Duration(0));
    EXPECT_GT(held.use_count(), 1);
    task = {};
    EXPECT_EQ(held.use_count(), 1) << "turns: " << turns;
    EXPECT_EQ(loop.alive(), 0U) << "turns: " << turns;
  }
  loop.turn(io::Duration(0));
  EXPECT_EQ(out, "");
}

TEST(TaskTest, ExceptionsGoToWhoAwaits) {
  io::EpollLoop loop;
  std::string out;
  Task<void> task = catching(&loop, &out);
  task.handle().resume();
  ASSERT_TRUE(loop.run_until([&] { return task.done(); }, io::Duration(1000)));
  EXPECT_EQ(out, "from inside");
}

// Catches a final awaiter that resumes from inside: the stack would grow with every task that is done at once.
TEST(TaskTest, ALongChainOfFinishedTasksNeedsNoStack) {
#if defined(__OPTIMIZE__)
  constexpr int kMany = 1'000'000;
#else
  constexpr int kMany = 10'000;  // without optimisation a transfer is a call, and the stack bounds the chain
#endif
  Task<int> task = sum_of_many(kMany);
  task.handle().resume();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.take(), kMany);
}

TEST(TaskTest, WhatWasNeverStartedIsDestroyedToo) {
  auto held = std::make_shared<int>(1);
  io::EpollLoop loop;
  {
    const Task<int> task = add(&loop, 1, 2, held);
  }
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace portal
