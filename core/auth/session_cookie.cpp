#include "auth/session_cookie.hpp"

#include <array>
#include <chrono>
#include <utility>

namespace portal::auth {
namespace {

struct Properties {
  std::string_view name;
  // The absolute limit of a session (SECURITY R20). The database enforces it; the browser only forgets.
  std::chrono::seconds age;
};

constexpr std::array kProperties = {Properties{.name = "portal-member", .age = std::chrono::days(90)},
                                    Properties{.name = "portal-staff", .age = std::chrono::days(7)}};

const Properties& properties_of(SessionCookie cookie) { return kProperties[std::to_underlying(cookie)]; }

}  // namespace

std::optional<access::SessionHash> find_session_hash(const http::Request& request, http::CookieMode mode,
                                                     SessionCookie cookie) {
  const std::optional<std::string_view> value =
      http::find_cookie(request.headers, cookie_name(properties_of(cookie).name, mode));
  if (!value) return std::nullopt;
  const std::optional<crypto::Token> token = crypto::Token::parse(*value);
  if (!token) return std::nullopt;
  return token->hash();
}

std::string format_session_cookie(const crypto::Token& token, http::CookieMode mode, SessionCookie cookie) {
  const Properties& properties = properties_of(cookie);
  const std::string value = token.text();
  return http::format_set_cookie(
      {.base_name = properties.name, .value = value, .maximum_age = properties.age, .mode = mode, .http_only = true});
}

std::string format_cleared_session_cookie(http::CookieMode mode, SessionCookie cookie) {
  return http::format_cleared_cookie(properties_of(cookie).name, mode);
}

}  // namespace portal::auth
