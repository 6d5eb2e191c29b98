// The one way to a new session (SECURITY R17, R18): sign-in and activation prove who somebody is and end here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "access/database.hpp"
#include "access/principal.hpp"
#include "auth/sessions.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "crypto/token.hpp"
#include "http/cookie.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace portal::auth {

// Where a session is opened. References live as long as the operation.
struct Visit {
  const http::Request& request;
  access::AnonymousDatabase database;
  Sessions& sessions;
  http::CookieMode cookies;
  std::optional<access::SessionHash> former;  // the session that the visitor came with; it ends
};

// Who was proven to be there.
struct Proof {
  crypto::Digest lookup;  // of the login or the link by which the member was found
  std::int64_t member_id = 0;
  std::int64_t membership_id = 0;
  access::Permissions permissions;
  std::string password_hash;      // that was verified or made; when it is no longer the member's, there is no session
  std::vector<pg::Query> before;  // statements of the same segment that stand before the session is there
  std::vector<pg::Query> after;   // and those that stand after it
};

// One segment: either all of it happened, or nothing. kNotSignedIn when what was proven is no longer true,
// kPrincipalChanged when the permissions are others by now.
Task<Result<http::Response>> open_session(Visit visit, Proof proof);

// The answer with a session and its new cookie. `rows` ends with those of load_session and list_memberships.
Result<http::Response> answer_with_session(const std::vector<pg::Rows>& rows, std::int64_t account_id,
                                           const crypto::Token& token, Sessions& sessions, http::CookieMode cookies);

}  // namespace portal::auth
