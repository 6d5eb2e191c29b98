// How tries are counted: two kinds of counters as numbers of 40 bits, and what they say about the next try. Pure
// arithmetic; the table that keeps them is shared::Table.
#pragma once

#include <cstdint>

#include "base/limits.hpp"

namespace portal::auth {

// Seconds since some moment that is the same for all processes of the machine, in 64ths.
using Ticks = std::uint64_t;
inline constexpr Ticks kTicksPerSecond = 64;

struct Verdict {
  bool admitted = false;
  std::uint32_t retry_after_seconds = 0;  // when not admitted, at least 1
  std::uint64_t value = 0;                // the counter with this try in it, when admitted
};

// Consecutive failures: some are free, then each waits twice as long as the one before.
Verdict count_failure(std::uint64_t value, Ticks now, const limits::Failures& limit);
// The counter without its latest try, which is known to have been none; `before` is what it was then.
std::uint64_t give_failure_back(std::uint64_t value, std::uint64_t before);
// Somebody else has counted as many: whoever knows of more is right.
std::uint64_t learn_failures(std::uint64_t value, Ticks now, std::uint64_t count);
std::uint32_t failures_in(std::uint64_t value);
// When an entry was last of use, as Table::Worth: later failures and more of them are worth more.
std::uint64_t worth_of_failures(std::uint64_t value);

// How often lately: `at_once`, and one more for every `seconds_for_one`. So in any span of time there are at most
// at_once + span / seconds_for_one.
Verdict count_rate(std::uint64_t value, Ticks now, const limits::Rate& limit);
std::uint64_t give_rate_back(std::uint64_t value, Ticks now, const limits::Rate& limit);
// Somebody else has counted as many in a quarter of an hour: the counter is full when that is its share.
std::uint64_t learn_rate(std::uint64_t value, Ticks now, std::uint64_t count, const limits::Rate& limit);
bool is_clean(std::uint64_t value, Ticks now);  // nothing lately
std::uint64_t worth_of_rate(std::uint64_t value);

}  // namespace portal::auth
