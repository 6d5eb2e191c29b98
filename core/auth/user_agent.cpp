#include "auth/user_agent.hpp"

#include "base/utf8.hpp"

namespace portal::auth {
namespace {

constexpr std::size_t kUserAgentBytes = 200;  // as much as the column takes, if every character is one byte

}  // namespace

std::optional<std::string_view> user_agent_of(const http::Request& request) {
  const std::optional<std::string_view> agent = request.header("User-Agent");
  if (!agent || agent->empty() || !is_valid_text(*agent)) return std::nullopt;
  return truncate_text(*agent, kUserAgentBytes);
}

}  // namespace portal::auth
