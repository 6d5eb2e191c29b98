#include "auth/open_staff_session.hpp"

#include <iterator>

#include "auth/render_staff_session.hpp"
#include "auth/session_cookie.hpp"
#include "auth/user_agent.hpp"
#include "sql/activity.hpp"
#include "sql/enter.hpp"
#include "sql/staff.hpp"

namespace portal::auth {

Task<Result<http::Response>> open_staff_session(StaffVisit visit, StaffProof proof) {
  const std::int64_t account_id = visit.database.account_id();
  const crypto::Token token = crypto::Token::generate();
  const crypto::Digest hash = token.hash();

  // What comes before locks the person's row, as everybody does who changes more than that.
  std::vector<pg::Query> queries = std::move(proof.before);
  if (visit.former) {
    // A visitor sees the rows of one hash at a time, so the segment enters once for each.
    queries.push_back(sql::enter_staff_visitor(account_id, *visit.former));
    queries.push_back(sql::end_staff_session(account_id, *visit.former));
    queries.push_back(sql::enter_staff_visitor(account_id, proof.lookup));
  }
  queries.push_back(
      sql::create_staff_session(account_id, hash, proof.staff_id, proof.password_hash, user_agent_of(visit.request)));
  // Ends the segment, and undoes all of it, when no session was created.
  queries.push_back(sql::enter_staff(account_id, hash, access::name_of(proof.role)));
  queries.insert(queries.end(), std::make_move_iterator(proof.after.begin()),
                 std::make_move_iterator(proof.after.end()));
  queries.push_back(
      sql::record_activity(account_id, proof.action, std::nullopt, std::nullopt, std::nullopt, std::nullopt, "{}"));
  queries.push_back(sql::load_staff_session(account_id, hash));

  std::vector<std::uint8_t> lookup(proof.lookup.begin(), proof.lookup.end());
  Result<std::vector<pg::Rows>> rows = co_await visit.database.write(std::move(lookup), std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (visit.former) visit.sessions.forget(*visit.former);
  co_return answer_with_staff_session(*rows, account_id, token, visit.sessions, visit.cookies);
}

Result<http::Response> answer_with_staff_session(const std::vector<pg::Rows>& rows, std::int64_t account_id,
                                                 const crypto::Token& token, StaffSessions& sessions,
                                                 http::CookieMode cookies) {
  if (rows.back().empty()) return fail(ErrorCode::kNotSignedIn, "the new session was not found");
  const sql::LoadStaffSessionRow row = sql::LoadStaffSessionRow::decode(rows.back()[0]);
  const Result<access::Staff> staff = to_staff(account_id, token.hash(), row);
  if (!staff) return fail(staff.error());
  sessions.remember(*staff);
  http::Response response = http::Response::json(render_staff_session(row));
  response.cookies.push_back(format_session_cookie(token, cookies, SessionCookie::kStaff));
  return response;
}

}  // namespace portal::auth
