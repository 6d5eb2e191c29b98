#include "auth/even_answer.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <coroutine>
#include <memory>
#include <system_error>

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
    descriptor_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "timerfd_create");
    const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(moment_.time_since_epoch());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
    itimerspec at{};
    at.it_value.tv_sec = seconds.count();
    at.it_value.tv_nsec = (since - seconds).count();
    timerfd_settime(descriptor_, TFD_TIMER_ABSTIME, &at, nullptr);
    watch_ = loop_.watch(
        descriptor_,
        {[](void* context) noexcept { std::coroutine_handle<>::from_address(context).resume(); }, handle.address()});
    watch_->set(io::Interest::kRead);
  }
  void await_resume() const noexcept {}

 private:
  io::Loop& loop_;
  io::MonotonicTime moment_;
  int descriptor_ = -1;
  std::unique_ptr<io::Watch> watch_;
};

}  // namespace

io::MonotonicTime next_step(io::MonotonicTime began, io::MonotonicTime now, io::Duration step) {
  return began + ((now - began) / step + 1) * step;
}

Task<void> wait_for_next_step(io::Loop& loop, io::MonotonicTime began, io::Duration step) {
  co_await MomentAwaiter(loop, next_step(began, loop.now(), step));
}

}  // namespace portal::auth
