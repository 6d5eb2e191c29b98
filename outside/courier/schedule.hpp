// When a message is tried again, and when not any more.
#pragma once

#include "courier/outbox.hpp"
#include "send/outcome.hpp"

namespace portal::outside {

// One minute, then twice as long each time, at most six hours; for five days.
inline constexpr std::int32_t kFirstDelaySeconds = 60;
inline constexpr std::int32_t kLongestDelaySeconds = 6 * 60 * 60;
inline constexpr std::int64_t kTriedSeconds = 5LL * 24 * 60 * 60;
// Of a message that cannot be made: its fault is here, so time alone mends nothing.
inline constexpr std::int32_t kMakingAttempts = 10;

// `jitter` is 0 to 1: up to a tenth more, so that what failed together does not come back together.
std::int32_t delay_seconds(std::int32_t attempts, double jitter);

Mark mark_of(const Message& message, const SendOutcome& outcome, double jitter);
// Something about the message is broken; `reason` says what.
Mark mark_of_broken(const Message& message, std::string reason, double jitter);
// Was not tried at all; the five days go on.
Mark mark_of_waiting(const Message& message, std::string reason, std::int32_t seconds);

}  // namespace portal::outside
