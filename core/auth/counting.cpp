#include "auth/counting.hpp"

#include <algorithm>

namespace portal::auth {
namespace {

// A counter of failures: how many, in ten bits, below the second of the latest. Thirty bits of seconds are 34 years.
constexpr unsigned kCountBits = 10;
constexpr std::uint64_t kCountMask = (std::uint64_t{1} << kCountBits) - 1;
constexpr std::uint64_t kSecondMask = (std::uint64_t{1} << 30U) - 1;
constexpr std::uint64_t kDay = 24UL * 60 * 60;

std::uint64_t pack(std::uint64_t second, std::uint64_t count) {
  return (second & kSecondMask) << kCountBits | std::min(count, kCountMask);
}

std::uint64_t wait_after(std::uint64_t failures, const limits::Failures& limit) {
  if (failures < limit.free) return 0;
  const std::uint64_t doublings = failures - limit.free;
  if (doublings > 20) return limit.longest_delay_seconds;
  return std::min<std::uint64_t>(std::uint64_t{limit.first_delay_seconds} << doublings, limit.longest_delay_seconds);
}

std::uint32_t in_seconds(Ticks ticks) {
  return static_cast<std::uint32_t>(std::max<Ticks>((ticks + kTicksPerSecond - 1) / kTicksPerSecond, 1));
}

}  // namespace

Verdict count_failure(std::uint64_t value, Ticks now, const limits::Failures& limit) {
  const std::uint64_t second = now / kTicksPerSecond;
  const std::uint64_t count = value & kCountMask;
  if (count >= limit.in_all) return {.admitted = false, .retry_after_seconds = limit.longest_delay_seconds};
  const std::uint64_t free_again = (value >> kCountBits) + wait_after(count, limit);
  if (count >= limit.free && free_again > second) {
    return {.admitted = false, .retry_after_seconds = static_cast<std::uint32_t>(free_again - second)};
  }
  return {.admitted = true, .value = pack(second, count + 1)};
}

std::uint64_t give_failure_back(std::uint64_t value, std::uint64_t before) {
  const std::uint64_t count = value & kCountMask;
  if (count <= 1) return 0;
  // As if nothing had been, unless there were others meanwhile.
  return count == (before & kCountMask) + 1 ? before : value - 1;
}

std::uint64_t learn_failures(std::uint64_t value, Ticks now, std::uint64_t count) {
  return count > (value & kCountMask) ? pack(now / kTicksPerSecond, count) : value;
}

std::uint32_t failures_in(std::uint64_t value) { return static_cast<std::uint32_t>(value & kCountMask); }

std::uint64_t worth_of_failures(std::uint64_t value) {
  // Each failure keeps an entry for a day longer: a flood of logins with one failure each does not push out the one
  // that is under attack.
  return (value >> kCountBits) + (value & kCountMask) * kDay;
}

Verdict count_rate(std::uint64_t value, Ticks now, const limits::Rate& limit) {
  // The value is the moment at which nothing is left of all that was counted.
  const Ticks one = limit.seconds_for_one * kTicksPerSecond;
  const Ticks begin = std::max<Ticks>(value, now);
  const Ticks room = (limit.at_once - 1) * one;
  if (begin - now > room) return {.admitted = false, .retry_after_seconds = in_seconds(begin - now - room)};
  return {.admitted = true, .value = begin + one};
}

std::uint64_t give_rate_back(std::uint64_t value, Ticks now, const limits::Rate& limit) {
  const Ticks one = limit.seconds_for_one * kTicksPerSecond;
  return value <= now + one ? 0 : value - one;
}

std::uint64_t learn_rate(std::uint64_t value, Ticks now, std::uint64_t count, const limits::Rate& limit) {
  if (count < limit.at_once + limits::kThrottleWindowSeconds / limit.seconds_for_one) return value;
  return std::max(value, now + Ticks{limit.at_once} * limit.seconds_for_one * kTicksPerSecond);
}

bool is_clean(std::uint64_t value, Ticks now) { return value <= now; }

std::uint64_t worth_of_rate(std::uint64_t value) { return value; }

}  // namespace portal::auth
