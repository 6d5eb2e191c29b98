#include "auth/even_answer.hpp"

#include <algorithm>

#include "io/sleep.hpp"

namespace portal::auth {

namespace {

// As far as a loop's timers may be off: nginx counts in ticks of a clock that moves every few milliseconds.
constexpr io::Duration kTick{8};
constexpr io::Duration kShortest{1};

}  // namespace

io::MonotonicTime next_step(io::MonotonicTime began, io::MonotonicTime now) {
  return began + ((now - began) / kAnswerStep + 1) * kAnswerStep;
}

Task<void> wait_for_next_step(io::Loop& loop, io::MonotonicTime began) {
  const io::MonotonicTime end = next_step(began, loop.now());
  // When a long sleep ends depends on where between two ticks it began, which tells what was done before it. So the
  // last of the way is gone in the shortest sleeps: they end with the tick.
  while (loop.now() < end) {
    const auto left = std::chrono::ceil<io::Duration>(end - loop.now());
    co_await io::sleep(loop, std::max(kShortest, left - kTick));
  }
}

}  // namespace portal::auth
