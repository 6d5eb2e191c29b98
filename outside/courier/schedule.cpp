#include "courier/schedule.hpp"

#include <algorithm>

namespace portal::outside {
namespace {

Mark give_up(std::string_view reason) {
  return {.ending = Ending::kFailed, .reason = "given up after five days: " + std::string(reason)};
}

}  // namespace

std::int32_t delay_seconds(std::int32_t attempts, double jitter) {
  const std::int32_t doublings = std::clamp(attempts - 1, 0, 20);
  const std::int64_t delay =
      std::min<std::int64_t>(std::int64_t{kFirstDelaySeconds} << doublings, kLongestDelaySeconds);
  return static_cast<std::int32_t>(static_cast<double>(delay) * (1 + jitter / 10));
}

Mark mark_of(const Message& message, const SendOutcome& outcome, double jitter) {
  if (outcome.verdict == Verdict::kSent) return {.ending = Ending::kSent, .reason = {}};
  if (outcome.verdict == Verdict::kRefused) return {.ending = Ending::kFailed, .reason = outcome.reason};
  if (message.tried_seconds >= kTriedSeconds) return give_up(outcome.reason);
  const auto wish = std::min<std::int64_t>(outcome.retry_after.count(), kLongestDelaySeconds);
  const std::int32_t seconds = wish > 0 ? static_cast<std::int32_t>(wish) : delay_seconds(message.attempts, jitter);
  return {.ending = Ending::kPostponed, .reason = outcome.reason, .seconds = seconds};
}

Mark mark_of_broken(const Message& message, std::string reason, double jitter) {
  if (message.attempts >= kMakingAttempts) return {.ending = Ending::kFailed, .reason = std::move(reason)};
  return {
      .ending = Ending::kPostponed, .reason = std::move(reason), .seconds = delay_seconds(message.attempts, jitter)};
}

Mark mark_of_waiting(const Message& message, std::string reason, std::int32_t seconds) {
  if (message.tried_seconds >= kTriedSeconds) return give_up(reason);
  return {.ending = Ending::kPostponed, .reason = std::move(reason), .seconds = seconds, .counts = false};
}

}  // namespace portal::outside
