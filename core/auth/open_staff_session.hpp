// The one way to a new session of staff: signing in, activating and a changed password end here.
#pragma once

#include <string>
#include <vector>

#include "access/database.hpp"
#include "access/staff.hpp"
#include "auth/staff_sessions.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "crypto/token.hpp"
#include "http/cookie.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace portal::auth {

// Where it is opened. References live as long as the operation.
struct StaffVisit {
  const http::Request& request;
  access::AnonymousDatabase database;  // of a staff visitor
  StaffSessions& sessions;
  http::CookieMode cookies;
  std::optional<access::SessionHash> former;  // the session that came along; it ends
};

// Who was proven to be there.
struct StaffProof {
  crypto::Digest lookup;  // of the login or the link by which the person was found
  std::int64_t staff_id = 0;
  access::StaffRole role = access::StaffRole::kViewer;
  std::string password_hash;      // that was verified or made; when it is no longer the person's, there is no session
  std::string_view action;        // for the activity
  std::vector<pg::Query> before;  // statements of the same segment, as a visitor
  std::vector<pg::Query> after;   // and those as the person
};

// One segment: all of it, or nothing. kNotSignedIn when what was proven is no longer true, kPrincipalChanged when the
// role is another one by now.
Task<Result<http::Response>> open_staff_session(StaffVisit visit, StaffProof proof);

// The answer with a session and its new cookie. `rows` ends with that of load_staff_session.
Result<http::Response> answer_with_staff_session(const std::vector<pg::Rows>& rows, std::int64_t account_id,
                                                 const crypto::Token& token, StaffSessions& sessions,
                                                 http::CookieMode cookies);

}  // namespace portal::auth
