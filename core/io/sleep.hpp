// co_await sleep(loop, duration): goes on later, without holding anybody up. co_await give_way(loop): goes on once
// whatever else the loop has to do now has had its turn.
#pragma once

#include <coroutine>
#include <memory>

#include "io/loop.hpp"

namespace portal::io {

class SleepAwaiter {
 public:
  enum class Least : bool { kNothing, kOneTurn };
  SleepAwaiter(Loop& loop, Duration duration, Least least) : loop_(loop), duration_(duration), least_(least) {}
  SleepAwaiter(const SleepAwaiter&) = delete;
  SleepAwaiter& operator=(const SleepAwaiter&) = delete;

  bool await_ready() const noexcept { return duration_ <= Duration::zero() && least_ == Least::kNothing; }
  void await_suspend(std::coroutine_handle<> handle) {
    timer_ = loop_.timer(
        {[](void* context) noexcept { std::coroutine_handle<>::from_address(context).resume(); }, handle.address()});
    timer_->start(duration_);
  }
  void await_resume() const noexcept {}

 private:
  Loop& loop_;
  Duration duration_;
  Least least_;
  std::unique_ptr<Timer> timer_;
};

inline SleepAwaiter sleep(Loop& loop, Duration duration) { return {loop, duration, SleepAwaiter::Least::kNothing}; }
// A timer that is due at once: it runs after what is ready to be read and written, which a wake may not.
inline SleepAwaiter give_way(Loop& loop) { return {loop, Duration::zero(), SleepAwaiter::Least::kOneTurn}; }

}  // namespace portal::io
