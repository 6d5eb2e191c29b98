// The cookies that carry a session: one for members and one for staff, which never stand for each other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/principal.hpp"
#include "crypto/token.hpp"
#include "http/cookie.hpp"
#include "http/request.hpp"

namespace portal::auth {

enum class SessionCookie : std::uint8_t { kMember, kStaff };

// The hash of the token in the one session cookie of a request. Nothing when there is none, when there are two, or when
// it is not a text that we make: such a cookie is no session, and costs no query.
std::optional<access::SessionHash> find_session_hash(const http::Request& request, http::CookieMode mode,
                                                     SessionCookie cookie = SessionCookie::kMember);

// What the member's cookies in one Cookie header say: the same as find_session_hash, without memory of its own.
struct MemberCookies {
  std::optional<access::SessionHash> session;
  bool has_written = false;  // see format_written_cookie
};
MemberCookies find_member_cookies(std::string_view cookie_header, http::CookieMode mode);

// Whether the request carries the mark of format_written_cookie.
bool has_written(const http::Request& request, http::CookieMode mode);
// Of whoever has changed something: for two seconds, so for longer than a notice of the change may be on its way, the
// browser's reads are not answered from any worker's memory.
std::string format_written_cookie(http::CookieMode mode);

// Values of Set-Cookie.
std::string format_session_cookie(const crypto::Token& token, http::CookieMode mode,
                                  SessionCookie cookie = SessionCookie::kMember);
std::string format_cleared_session_cookie(http::CookieMode mode, SessionCookie cookie = SessionCookie::kMember);

}  // namespace portal::auth
