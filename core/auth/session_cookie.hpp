// The cookies that carry a session: one for members and one for staff, which never stand for each other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

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

// Values of Set-Cookie.
std::string format_session_cookie(const crypto::Token& token, http::CookieMode mode,
                                  SessionCookie cookie = SessionCookie::kMember);
std::string format_cleared_session_cookie(http::CookieMode mode, SessionCookie cookie = SessionCookie::kMember);

}  // namespace portal::auth
