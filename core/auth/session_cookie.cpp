#include "auth/session_cookie.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/limits.hpp"

namespace portal::auth {
namespace {

constexpr std::string_view kHostPrefix = "__Host-";
constexpr std::string_view kMemberEquals = "portal-member=";
constexpr std::string_view kWritten = "portal-written";
constexpr std::string_view kWrittenEquals = "portal-written=";
constexpr std::chrono::seconds kWrittenFor{2};

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

MemberCookies find_member_cookies(std::string_view cookie_header, http::CookieMode mode) {
  const std::string_view prefix = mode == http::CookieMode::kHostPrefix ? kHostPrefix : std::string_view();
  MemberCookies found;
  if (cookie_header.size() > limits::kCookieHeaderBytes) return found;
  std::optional<std::string_view> session;
  std::size_t cookies = 0;
  for (std::string_view rest = cookie_header; !rest.empty();) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    std::string_view pair = http::trim_blanks(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (++cookies > limits::kCookies) return {};
    if (!pair.starts_with(prefix)) continue;
    pair.remove_prefix(prefix.size());
    if (pair.starts_with(kMemberEquals)) {
      if (session) return {};
      session = pair.substr(kMemberEquals.size());
    } else if (pair.starts_with(kWrittenEquals)) {
      found.has_written = true;
    }
  }
  if (session) found.session = crypto::Token::hash_of(*session);
  return found;
}

bool has_written(const http::Request& request, http::CookieMode mode) {
  return http::find_cookie(request.headers, http::cookie_name(kWritten, mode)).has_value();
}

std::string format_written_cookie(http::CookieMode mode) {
  return http::format_set_cookie(
      {.base_name = kWritten, .value = "1", .maximum_age = kWrittenFor, .mode = mode, .http_only = true});
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
