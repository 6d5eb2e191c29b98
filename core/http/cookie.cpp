#include "http/cookie.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/limits.hpp"

namespace portal::http {
namespace {

// RFC 6265 section 4.1.1.
bool is_cookie_octet(char character) {
  return character > ' ' && character <= '~' && character != '"' && character != ',' && character != ';' &&
         character != '\\';
}

}  // namespace

std::string cookie_name(std::string_view base_name, CookieMode mode) {
  std::string name(mode == CookieMode::kHostPrefix ? "__Host-" : "");
  return name.append(base_name);
}

std::optional<std::string_view> find_cookie(std::span<const Header> headers, std::string_view name) noexcept {
  std::optional<std::string_view> found;
  std::size_t bytes = 0;
  std::size_t cookies = 0;
  for (const Header& header : headers) {
    if (!equals_ignoring_case(header.name, "Cookie")) continue;
    bytes += header.value.size();
    if (bytes > limits::kCookieHeaderBytes) return std::nullopt;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::string_view pair = trim_blanks(rest.substr(0, rest.find(';')));
      rest.remove_prefix(std::min(rest.find(';'), rest.size() - 1) + 1);
      if (++cookies > limits::kCookies) return std::nullopt;
      // No blank is cut between the name and "=": a browser would have refused the prefix to a name that only we make
      // equal.
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      if (found) return std::nullopt;
      found = pair.substr(equals + 1);
    }
  }
  return found;
}

std::string format_set_cookie(const SetCookie& cookie) {
  if (!std::ranges::all_of(cookie.value, is_cookie_octet))
    throw std::logic_error("a cookie's value cannot be sent as it is");
  std::string text = cookie_name(cookie.base_name, cookie.mode);
  text.append("=").append(cookie.value).append("; Path=/");
  if (cookie.maximum_age) text.append("; Max-Age=").append(std::to_string(cookie.maximum_age->count()));
  if (cookie.mode == CookieMode::kHostPrefix) text.append("; Secure");
  if (cookie.http_only) text.append("; HttpOnly");
  text.append("; SameSite=Lax");
  if (text.size() > limits::kSetCookieBytes) throw std::logic_error("a cookie is longer than browsers keep");
  return text;
}

std::string format_cleared_cookie(std::string_view base_name, CookieMode mode) {
  return format_set_cookie({.base_name = base_name, .value = {}, .maximum_age = std::chrono::seconds(0), .mode = mode});
}

}  // namespace portal::http
