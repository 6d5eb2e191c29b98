#include "auth/session_cookie.hpp"

#include <chrono>

namespace portal::auth {
namespace {

constexpr std::string_view kMemberCookie = "portal-member";

// The absolute limit of a member's session (SECURITY R20). The database enforces it; the browser only forgets.
constexpr std::chrono::seconds kCookieAge = std::chrono::days(90);

}  // namespace

std::optional<access::SessionHash> find_session_hash(const http::Request& request, http::CookieMode mode) {
  const std::optional<std::string_view> value = http::find_cookie(request.headers, cookie_name(kMemberCookie, mode));
  if (!value) return std::nullopt;
  const std::optional<crypto::Token> token = crypto::Token::parse(*value);
  if (!token) return std::nullopt;
  return token->hash();
}

std::string format_session_cookie(const crypto::Token& token, http::CookieMode mode) {
  const std::string value = token.text();
  return http::format_set_cookie(
      {.base_name = kMemberCookie, .value = value, .maximum_age = kCookieAge, .mode = mode, .http_only = true});
}

std::string format_cleared_session_cookie(http::CookieMode mode) {
  return http::format_cleared_cookie(kMemberCookie, mode);
}

}  // namespace portal::auth
