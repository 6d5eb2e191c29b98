// The part of an operation that answers staff: as for members, but the worker's memory stands directly before
// PostgreSQL, and a role decides instead of permissions.
#include "auth/session_cookie.hpp"
#include "edge/operation.hpp"

namespace portal::edge {
namespace {

constexpr int kAttempts = 3;

Task<Result<http::Response>> at_once(Result<http::Response> answer) { co_return std::move(answer); }

}  // namespace

Task<Result<http::Response>> Operation::answer_staff(Match match) {
  const std::optional<access::SessionHash> hash =
      auth::find_session_hash(request_, cookies_, auth::SessionCookie::kStaff);
  if (!hash) co_return fail(ErrorCode::kNotSignedIn);

  auth::StaffSessions& sessions = worker_.staff_sessions();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::optional<access::Staff> staff = attempt == 0 ? sessions.find(account_->id, *hash) : std::nullopt;
    const bool fresh = !staff;
    if (fresh) {
      const access::AnonymousDatabase database(lanes(), account_->id, access::Visitor::kStaff);
      Result<access::Staff> found = co_await sessions.read(database, *hash);
      if (!found) co_return fail(std::move(found.error()));
      staff = *found;
    }
    Result<http::Response> answered = co_await ask(match, *staff, fresh);
    if (answered) co_return answered;
    if (answered.error().code == ErrorCode::kNotSignedIn) sessions.forget(*hash);
    if (answered.error().code != ErrorCode::kPrincipalChanged) co_return answered;
  }
  co_return fail(ErrorCode::kOverloaded, "the role kept changing");
}

Task<Result<http::Response>> Operation::ask(const Match& match, const access::Staff& staff, bool fresh) {
  subject_.staff_id = staff.staff_id;
  if (staff.role < match.route->at_least) {
    // What is remembered alone never decides against anybody: it is read anew first.
    return at_once(fail(fresh ? ErrorCode::kPermissionRequired : ErrorCode::kPrincipalChanged));
  }
  return match.route->staff_handler({.request = request_,
                                     .account = *account_,
                                     .path = match.path,
                                     .staff = staff,
                                     .database = access::StaffDatabase(lanes(), worker_.touches(), staff),
                                     .services = worker_.services(),
                                     .cookies = cookies_,
                                     .subject = subject_});
}

}  // namespace portal::edge
