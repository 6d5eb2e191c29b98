// Security events (SECURITY R58): who signed in, who was refused, which limit was hit, which link was used. Each is one
// line of the error log: "portal: security " and a JSON object, whose escapes keep anything from looking like a line of
// its own. Features record nothing themselves: the operation knows its name and its outcome.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "edge/route.hpp"
#include "pg/lane.hpp"

namespace portal::edge {

enum class SecurityEvent : std::uint8_t {
  kSignedIn,
  kSignInFailed,
  kSignedOut,
  kActivated,
  kMembershipSwitched,
  kSessionEnded,
  kSessionsEnded,
  kPasswordResetRequested,
  kPasswordReset,
  kPasswordChanged,
  kEmailConfirmed,
  kLinkRefused,
  kAccessDenied,
  kLimitReached,
  kRoleChanged,
  kStaffAdded,
  kStaffRemoved,
  kMemberRemoved,
  kMemberViewed,
  kKeyCreated,
  kKeyRevoked,
  kMailSettingsChanged,
};
inline constexpr std::size_t kSecurityEvents = static_cast<std::size_t>(SecurityEvent::kMailSettingsChanged) + 1;

// The word in the log and in metrics.
std::string_view name_of(SecurityEvent event) noexcept;

// What it means for security that an operation succeeded, or that a request failed with a code; mostly nothing.
std::optional<SecurityEvent> event_of_success(std::string_view operation) noexcept;
std::optional<SecurityEvent> event_of_failure(ErrorCode code) noexcept;

struct EventDetails {
  std::optional<std::int64_t> account_id;
  Subject subject;
  std::string_view request_id;
  std::string_view address;
  std::string_view operation;  // empty: none was found
  std::string_view reason;     // the code of the problem; empty: none
};

void write_event(pg::Log& log, SecurityEvent event, const EventDetails& details) noexcept;

}  // namespace portal::edge
