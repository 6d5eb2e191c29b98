#include "auth/security_event.hpp"

#include <fmt/format.h>

namespace portal::auth {

void log_security_event(pg::Log& log, const SecurityEvent& event) {
  const std::string member = event.member_id ? std::to_string(*event.member_id) : "-";
  log.write(LogLevel::kNotice, fmt::format("security: {}, account {}, member {}, request {}", event.name,
                                           event.account_id, member, event.request_id));
}

}  // namespace portal::auth
