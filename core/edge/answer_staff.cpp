// The part of an operation that answers staff: as for members, but the worker's memory stands directly before
// PostgreSQL, and a role decides instead of permissions.
#include <array>

#include "auth/session_cookie.hpp"
#include "base/choice.hpp"
#include "edge/operation.hpp"
#include "sql/staff_view.hpp"

namespace portal::edge {
namespace {

constexpr int kAttempts = 3;
// What staff open in the place of a member, by the operation, which names it last in its path.
constexpr std::array kOpens = {Choice<std::string_view>{"view_document_content", "document"},
                               Choice<std::string_view>{"view_invoice_content", "invoice"},
                               Choice<std::string_view>{"view_quote_content", "quote"},
                               Choice<std::string_view>{"view_job_file", "job_file"}};

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
  if (match.route->member_handler != nullptr) return view(match, staff);
  return match.route->staff_handler({.request = request_,
                                     .account = *account_,
                                     .path = match.path,
                                     .staff = staff,
                                     .database = access::StaffDatabase(lanes(), worker_.touches(), staff),
                                     .services = worker_.services(),
                                     .cookies = cookies_,
                                     .subject = subject_,
                                     .body = body_});
}

// As answer_member, with what the staff may know of the member in the place of a session.
Task<Result<http::Response>> Operation::view(Match match, access::Staff staff) {
  const Result<std::int64_t> membership_id = match.path.id(0);
  if (!membership_id) co_return fail(membership_id.error());
  access::StaffDatabase database(lanes(), worker_.touches(), staff);
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_staff_view(account_->id, *membership_id));
  const Result<std::vector<pg::Rows>> rows = co_await database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);
  const auto row = sql::GetStaffViewRow::decode(rows->front()[0]);
  const std::optional<access::Permissions> permissions = access::Permissions::from_names(row.permissions);
  if (!permissions) co_return fail(ErrorCode::kSchemaMismatch);
  if (!match.route->any_of.empty() && !permissions->has_any(match.route->any_of))
    co_return fail(ErrorCode::kPermissionRequired);
  const access::Member member{.account_id = account_->id,
                              .member_id = row.member_id,
                              .membership_id = *membership_id,
                              .client_id = row.client_id,
                              .permissions = *permissions,
                              .session_hash = {}};
  if (const std::optional<std::string_view> kind = find_choice(kOpens, match.route->operation)) {
    if (const Result<std::int64_t> id = match.path.id(match.path.size() - 1))
      opened_ = std::make_unique<Opened>(member, *kind, *id, staff);
  }
  PathValues rest;
  for (std::size_t index = 1; index < match.path.size(); ++index) rest.push(match.path[index]);
  co_return co_await match.route->member_handler(
      {.request = request_,
       .account = *account_,
       .path = rest,
       .member = member,
       .database = access::MemberDatabase(lanes(), worker_.touches(), member, staff),
       .services = worker_.services(),
       .cookies = cookies_,
       .subject = subject_});
}

}  // namespace portal::edge
