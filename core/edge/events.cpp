#include "edge/events.hpp"

#include <array>
#include <chrono>
#include <string>

#include "base/choice.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"
#include "json/writer.hpp"

namespace portal::edge {
namespace {

using enum SecurityEvent;

constexpr std::array<std::string_view, kSecurityEvents> kNames = {
    "signed_in",           "sign_in_failed",        "signed_out",      "activated",
    "membership_switched", "session_ended",         "sessions_ended",  "password_reset_requested",
    "password_reset",      "password_changed",      "email_confirmed", "link_refused",
    "access_denied",       "limit_reached",         "role_changed",    "staff_added",
    "staff_removed",       "member_removed",        "member_viewed",   "key_created",
    "key_revoked",         "mail_settings_changed",
};

// By the operationId of docs/openapi.yaml.
constexpr std::array kSuccesses = {
    Choice<SecurityEvent>{"sign_in", kSignedIn},
    Choice<SecurityEvent>{"sign_out", kSignedOut},
    Choice<SecurityEvent>{"activate", kActivated},
    Choice<SecurityEvent>{"switch_membership", kMembershipSwitched},
    Choice<SecurityEvent>{"end_session", kSessionEnded},
    Choice<SecurityEvent>{"end_sessions", kSessionsEnded},
    Choice<SecurityEvent>{"request_password_reset", kPasswordResetRequested},
    Choice<SecurityEvent>{"reset_password", kPasswordReset},
    Choice<SecurityEvent>{"change_password", kPasswordChanged},
    Choice<SecurityEvent>{"confirm_email", kEmailConfirmed},
    Choice<SecurityEvent>{"staff_sign_in", kSignedIn},
    Choice<SecurityEvent>{"staff_sign_out", kSignedOut},
    Choice<SecurityEvent>{"activate_staff", kActivated},
    Choice<SecurityEvent>{"request_staff_password_reset", kPasswordResetRequested},
    Choice<SecurityEvent>{"start_member_reset", kPasswordResetRequested},
    Choice<SecurityEvent>{"reset_staff_password", kPasswordReset},
    Choice<SecurityEvent>{"change_staff_password", kPasswordChanged},
    Choice<SecurityEvent>{"end_own_staff_session", kSessionEnded},
    Choice<SecurityEvent>{"update_staff_user", kRoleChanged},
    Choice<SecurityEvent>{"remove_staff_user", kStaffRemoved},
    Choice<SecurityEvent>{"add_staff_user", kStaffAdded},
    Choice<SecurityEvent>{"remove_member", kMemberRemoved},
    Choice<SecurityEvent>{"begin_staff_view", kMemberViewed},
    Choice<SecurityEvent>{"create_api_key", kKeyCreated},
    Choice<SecurityEvent>{"revoke_api_key", kKeyRevoked},
    Choice<SecurityEvent>{"set_mail_settings", kMailSettingsChanged},
};

void append_id(json::Writer& writer, std::string_view name, std::optional<std::int64_t> id) {
  writer.key(name);
  if (id)
    writer.id(*id);
  else
    writer.null();
}

void append_text(json::Writer& writer, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  writer.member(name, is_valid_text(text) ? text : std::string_view("not a text"));
}

}  // namespace

std::string_view name_of(SecurityEvent event) noexcept { return kNames[static_cast<std::size_t>(event)]; }

std::optional<SecurityEvent> event_of_success(std::string_view operation) noexcept {
  return find_choice(kSuccesses, operation);
}

std::optional<SecurityEvent> event_of_failure(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidCredentials:
      return kSignInFailed;
    case ErrorCode::kInvalidKey:
    case ErrorCode::kPermissionRequired:
    case ErrorCode::kCrossSiteRequest:
      return kAccessDenied;
    case ErrorCode::kTokenUnknown:
    case ErrorCode::kActivationUsed:
    case ErrorCode::kActivationExpired:
    case ErrorCode::kActivationReplaced:
    case ErrorCode::kActivationCancelled:
    case ErrorCode::kLinkUsed:
    case ErrorCode::kLinkExpired:
    case ErrorCode::kLinkReplaced:
      return kLinkRefused;
    case ErrorCode::kTooManyRequests:
      return kLimitReached;
    default:
      return std::nullopt;
  }
}

void write_event(pg::Log& log, SecurityEvent event, const EventDetails& details) noexcept {
  try {
    json::Writer writer(256);
    writer.begin_object();
    writer.member("time", std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now()));
    writer.member("event", name_of(event));
    append_id(writer, "account", details.account_id);
    append_id(writer, "member", details.subject.member_id);
    if (details.subject.staff_id) append_id(writer, "staff", details.subject.staff_id);
    append_text(writer, "request_id", details.request_id);
    append_text(writer, "address", details.address);
    append_text(writer, "operation", details.operation);
    append_text(writer, "reason", details.reason);
    log.write(LogLevel::kNotice, "security " + writer.end_object().take());
  } catch (const std::exception&) {
    log.write(LogLevel::kCritical, "a security event could not be written: out of memory");
  }
}

}  // namespace portal::edge
