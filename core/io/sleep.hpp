// co_await sleep(loop, duration): goes on later, without holding anybody up.
#pragma once

#include <coroutine>
#include <memory>

#include "io/loop.hpp"

namespace portal::io {

class SleepAwaiter {
 public:
  SleepAwaiter(Loop& loop, Duration duration) : loop_(loop), duration_(duration) {}
  SleepAwaiter(const SleepAwaiter&) = delete;
  SleepAwaiter& operator=(const SleepAwaiter&) = delete;

  bool await_ready() const noexcept { return duration_ <= Duration::zero(); }
  void await_suspend(std::coroutine_handle<> handle) {
    timer_ = loop_.timer(
        {[](void* context) noexcept { std::coroutine_handle<>::from_address(context).resume(); }, handle.address()});
    timer_->start(duration_);
  }
  void await_resume() const noexcept {}

 private:
  Loop& loop_;
  Duration duration_;
  std::unique_ptr<Timer> timer_;
};

inline SleepAwaiter sleep(Loop& loop, Duration duration) { return {loop, duration}; }

}  // namespace portal::io
