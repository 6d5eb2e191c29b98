// Work on other threads: its result comes back on the loop, and who goes away in the middle leaves nothing that touches
// him.
#include "io/offload.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <stdexcept>

#include "base/task.hpp"
#include "io/epoll_loop.hpp"

namespace portal::io {
namespace {

constexpr Duration kPatience{5000};

template <class Function>
Task<void> run_offloaded(ThreadOffload* pool, EpollLoop* loop, Function function, std::optional<Result<int>>* result) {
  *result = co_await offload(*pool, *loop, std::move(function));
}

// A place on the pool that is taken until it is released.
class Occupied {
 public:
  Occupied(ThreadOffload& pool, EpollLoop& loop)
      : task_(run_offloaded(
            &pool, &loop,
            [this] {
              running_.count_down();
              release_.wait();
              return 1;
            },
            &result_)) {
    task_.handle().resume();
  }
  void wait_until_running() { running_.wait(); }
  void release() { release_.count_down(); }
  bool done() const { return result_.has_value(); }

 private:
  std::latch running_{1};
  std::latch release_{1};
  std::optional<Result<int>> result_;
  Task<void> task_;
};

class OffloadTest : public ::testing::Test {
 protected:
  EpollLoop loop;
  ThreadOffload pool{loop, 1, 2};
  std::optional<Result<int>> result;
};

TEST_F(OffloadTest, RunsElsewhereAndComesBackHere) {
  const std::thread::id here = std::this_thread::get_id();
  std::thread::id there;
  Task<void> task = run_offloaded(
      &pool, &loop,
      [&there] {
        there = std::this_thread::get_id();
        return 42;
      },
      &result);
  task.handle().resume();
  EXPECT_FALSE(result);
  ASSERT_TRUE(loop.run_until([&] { return result.has_value(); }, kPatience));
  EXPECT_EQ(result->value(), 42);
  EXPECT_NE(there, here);
}

TEST_F(OffloadTest, WhatThrowsBecomesAnError) {
  Task<void> task = run_offloaded(&pool, &loop, []() -> int { throw std::runtime_error("broken"); }, &result);
  task.handle().resume();
  ASSERT_TRUE(loop.run_until([&] { return result.has_value(); }, kPatience));
  EXPECT_EQ(result->error().code, ErrorCode::kInternal);
}

TEST_F(OffloadTest, AFullPoolRefusesBeforeAnythingIsDone) {
  Occupied first(pool, loop);
  Occupied second(pool, loop);
  bool ran = false;
  Task<void> task = run_offloaded(
      &pool, &loop,
      [&ran] {
        ran = true;
        return 1;
      },
      &result);
  task.handle().resume();
  ASSERT_TRUE(result) << "refused at once";
  EXPECT_EQ(result->error().code, ErrorCode::kOverloaded);
  first.release();
  second.release();
  ASSERT_TRUE(loop.run_until([&] { return first.done() && second.done(); }, kPatience));
  EXPECT_FALSE(ran);
  task = run_offloaded(&pool, &loop, [] { return 2; }, &result);
  task.handle().resume();
  ASSERT_TRUE(loop.run_until([&] { return result->has_value(); }, kPatience)) << "there is room again";
}

// Catches work for clients that left: it would go on costing a core, one sign-in after another.
TEST_F(OffloadTest, WhatIsAbandonedWhileItWaitsIsNeverStarted) {
  Occupied first(pool, loop);
  first.wait_until_running();
  std::atomic<bool> ran{false};
  auto owned = std::make_shared<int>(7);
  const std::weak_ptr<int> alive = owned;
  {
    Task<void> leaving = run_offloaded(
        &pool, &loop,
        [&ran, owned = std::move(owned)] {
          ran = true;
          return *owned;
        },
        &result);
    leaving.handle().resume();
  }
  first.release();
  ASSERT_TRUE(loop.run_until([&] { return first.done() && alive.expired(); }, kPatience))
      << "what it owned is given back";
  EXPECT_FALSE(ran);
  EXPECT_FALSE(result);
}

// Catches a thread that touches the request: the frame and everything in it is gone while the work goes on.
TEST_F(OffloadTest, WhatIsAbandonedWhileItRunsTouchesNothing) {
  auto owned = std::make_shared<int>(7);
  const std::weak_ptr<int> alive = owned;
  std::latch running{1};
  std::latch release{1};
  {
    auto gone = std::make_unique<std::optional<Result<int>>>();
    Task<void> leaving = run_offloaded(
        &pool, &loop,
        [&running, &release, owned = std::move(owned)] {
          running.count_down();
          release.wait();
          return *owned;
        },
        gone.get());
    leaving.handle().resume();
    running.wait();
  }
  release.count_down();
  ASSERT_TRUE(loop.run_until([&] { return alive.expired(); }, kPatience));
}

TEST_F(OffloadTest, ThePoolEndsWithWorkInIt) {
  std::optional<Result<int>> unseen;
  Task<void> task;
  {
    ThreadOffload brief(loop, 2, 8);
    task = run_offloaded(&brief, &loop, [] { return 5; }, &unseen);
    task.handle().resume();
  }
  ASSERT_TRUE(loop.run_until([&] { return unseen.has_value(); }, kPatience));
  EXPECT_EQ(unseen->value(), 5);
  EXPECT_EQ(loop.alive(), 1U) << "the watch of the other pool";
}

}  // namespace
}  // namespace portal::io
