// Answers that must not tell by their time what was found (SECURITY R05).
#pragma once

#include "base/task.hpp"
#include "io/loop.hpp"

namespace portal::auth {

// Every answer leaves at a whole number of steps after its beginning, so that the little more that a known login costs
// is not seen. A step is several times as long as the work takes.
inline constexpr io::Duration kAnswerStep{25};
// The same of looking for somebody, where a hash follows that takes its own time.
inline constexpr io::Duration kLookupStep{5};

// The first step after `now`.
io::MonotonicTime next_step(io::MonotonicTime began, io::MonotonicTime now, io::Duration step = kAnswerStep);

Task<void> wait_for_next_step(io::Loop& loop, io::MonotonicTime began, io::Duration step = kAnswerStep);

}  // namespace portal::auth
