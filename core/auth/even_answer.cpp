#include "auth/even_answer.hpp"

#include "io/sleep.hpp"

namespace portal::auth {

io::Duration until_next_step(io::MonotonicTime began, io::MonotonicTime now) {
  const auto elapsed = std::chrono::ceil<io::Duration>(now - began);
  return kAnswerStep - elapsed % kAnswerStep;
}

Task<void> wait_for_next_step(io::Loop& loop, io::MonotonicTime began) {
  co_await io::sleep(loop, until_next_step(began, loop.now()));
}

}  // namespace portal::auth
