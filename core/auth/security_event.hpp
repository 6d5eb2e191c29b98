// One line in the log for everything that touches how people sign in (SECURITY R58): ids, never addresses, passwords or
// tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "pg/lane.hpp"

namespace portal::auth {

struct SecurityEvent {
  std::string_view name;  // a stable word, e.g. "password_changed"
  std::int64_t account_id;
  std::optional<std::int64_t> member_id;  // nobody: not known
  std::string_view request_id;
};

// At the level notice.
void log_security_event(pg::Log& log, const SecurityEvent& event);

}  // namespace portal::auth
