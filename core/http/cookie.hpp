// Cookies of requests and responses (RFC 6265bis).
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace portal::http {

// kInsecure is for plain HTTP on loopback only (`portal_insecure_cookie`).
enum class CookieMode : bool { kHostPrefix, kInsecure };

// "__Host-portal-member" for "portal-member", or the bare name.
std::string cookie_name(std::string_view base_name, CookieMode mode);

// The value of the one cookie of that name in all Cookie headers. Two of the same name, or more cookies than the limits
// allow: none, because their order tells nothing about who set them (SECURITY R19).
std::optional<std::string_view> find_cookie(std::span<const Header> headers, std::string_view name) noexcept;

struct SetCookie {
  std::string_view base_name;                       // without prefix
  std::string_view value;                           // RFC 6265 cookie-octets only, else std::logic_error
  std::optional<std::chrono::seconds> maximum_age;  // absent: until the browser closes; 0: clear
  CookieMode mode = CookieMode::kHostPrefix;
  bool http_only = true;
};

// A value of Set-Cookie: Path=/, SameSite=Lax, HttpOnly unless told otherwise, Secure unless insecure; never a Domain.
std::string format_set_cookie(const SetCookie& cookie);

// Takes the cookie out of the browser.
std::string format_cleared_cookie(std::string_view base_name, CookieMode mode);

}  // namespace portal::http
