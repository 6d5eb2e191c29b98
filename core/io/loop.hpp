// What the core needs from an event loop, as interfaces. Implementations: EpollLoop (here, for portalctl and tests) and
// NginxLoop (ngx_module). Everything runs on the loop's thread. Callbacks never throw.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

namespace portal::io {

using Duration = std::chrono::milliseconds;
using MonotonicTime = std::chrono::steady_clock::time_point;

// A function and what it works on. Copied freely; the owner of the context outlives the object that holds the callback.
struct Callback {
  void (*function)(void*) noexcept = nullptr;
  void* context = nullptr;

  void operator()() const noexcept {
    if (function) function(context);
  }

  // Callback::to<&Connection::on_ready>(this)
  template <auto Member, class Object>
  static Callback to(Object* object) noexcept {
    return {[](void* context) noexcept { (static_cast<Object*>(context)->*Member)(); }, object};
  }
};

enum class Interest : std::uint8_t { kNone = 0, kRead = 1, kWrite = 2, kReadWrite = 3 };

// Level-triggered readiness of a descriptor that somebody else owns and closes. Destroying it ends the registration,
// which must happen before the descriptor is closed. The callback may destroy the Watch.
class Watch {
 public:
  virtual ~Watch() = default;
  virtual void set(Interest interest) = 0;
};

// One shot. start() while running starts anew. The callback may destroy the Timer.
class Timer {
 public:
  virtual ~Timer() = default;
  virtual void start(Duration after) = 0;
  virtual void stop() noexcept = 0;
};

// Runs its callback once, later in this turn of the loop or in the next, never from inside post(). Destroying it
// forgets a pending post.
class Wake {
 public:
  virtual ~Wake() = default;
  virtual void post() noexcept = 0;
};

// Whether a running timer keeps a process alive that has been asked to quit.
enum class TimerKind : std::uint8_t { kCancelable, kKeepsProcessAlive };

class Loop {
 public:
  virtual ~Loop() = default;
  virtual std::unique_ptr<Watch> watch(int descriptor, Callback on_ready) = 0;
  virtual std::unique_ptr<Timer> timer(Callback on_expiry, TimerKind kind = TimerKind::kCancelable) = 0;
  virtual std::unique_ptr<Wake> wake(Callback on_wake) = 0;
  virtual MonotonicTime now() const = 0;
};

}  // namespace portal::io
