#include "auth/even_answer.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <coroutine>
#include <memory>
#include <stdexcept>

namespace portal::auth {

namespace {

// A moment of the monotonic clock, as exactly as the kernel wakes. The timers of a loop end with its ticks, and in
// which part of a tick a sleep ends tells when it began, so how long was worked before.
class MomentAwaiter {
 public:
  MomentAwaiter(io::Loop& loop, io::MonotonicTime moment) : loop_(loop), moment_(moment) {}
  MomentAwaiter(const MomentAwaiter&) = delete;
  MomentAwaiter& operator=(const MomentAwaiter&) = delete;
  ~MomentAwaiter() {
    watch_.reset();
    if (descriptor_ >= 0) close(descriptor_);
  }

  bool await_ready() const { return loop_.now() >= moment_; }
  void await_suspend(std::coroutine_handle<> handle) {
    const io::Callback resume = {
        [](void* context) noexcept { std::coroutine_handle<>::from_address(context).resume(); }, handle.address()};
    if (try_watch(resume)) return;
    timer_ = loop_.timer(resume);
    timer_->start(std::chrono::ceil<io::Duration>(moment_ - loop_.now()));
  }
  void await_resume() const noexcept {}

 private:
  // False where there is no descriptor left, or nothing to watch one with. A right password is right all the same.
  bool try_watch(io::Callback resume) {
    descriptor_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (descriptor_ < 0) return false;
    const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(moment_.time_since_epoch());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
    itimerspec at{};
    at.it_value.tv_sec = seconds.count();
    at.it_value.tv_nsec = (since - seconds).count();
    timerfd_settime(descriptor_, TFD_TIMER_ABSTIME, &at, nullptr);
    try {
      watch_ = loop_.watch(descriptor_, resume);
      watch_->set(io::Interest::kRead);
      return true;
    } catch (const std::runtime_error&) {
      watch_.reset();
      return false;
    }
  }

  io::Loop& loop_;
  io::MonotonicTime moment_;
  int descriptor_ = -1;
  std::unique_ptr<io::Watch> watch_;
  std::unique_ptr<io::Timer> timer_;
};

}  // namespace

io::MonotonicTime next_step(io::MonotonicTime began, io::MonotonicTime now, io::Duration step) {
  return began + ((now - began) / step + 1) * step;
}

Task<void> wait_for_next_step(io::Loop& loop, io::MonotonicTime began, io::Duration step) {
  co_await MomentAwaiter(loop, next_step(began, loop.now(), step));
}

}  // namespace portal::auth
