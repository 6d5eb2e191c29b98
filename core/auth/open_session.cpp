#include "auth/open_session.hpp"

#include <iterator>

#include "auth/load_session.hpp"
#include "auth/render_session.hpp"
#include "auth/session_cookie.hpp"
#include "auth/user_agent.hpp"
#include "sql/auth.hpp"
#include "sql/enter.hpp"

namespace portal::auth {
namespace {

std::vector<std::uint8_t> copy(const crypto::Digest& digest) { return {digest.begin(), digest.end()}; }

void append(std::vector<pg::Query>& queries, std::vector<pg::Query> more) {
  queries.insert(queries.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

Task<Result<http::Response>> open_session(Visit visit, Proof proof) {
  const std::int64_t account_id = visit.database.account_id();
  const crypto::Token token = crypto::Token::generate();
  const crypto::Digest hash = token.hash();

  // What comes before locks the member; the former session follows, which is the order of whoever removes a member.
  std::vector<pg::Query> queries = std::move(proof.before);
  if (visit.former) {
    // A visitor sees the rows of one hash at a time, so the segment enters once for each.
    queries.push_back(sql::enter_anonymous(account_id, *visit.former));
    queries.push_back(sql::end_session(account_id, *visit.former));
    queries.push_back(sql::enter_anonymous(account_id, proof.lookup));
  }
  queries.push_back(sql::create_session(account_id, hash, proof.member_id, proof.membership_id, proof.password_hash,
                                        user_agent_of(visit.request)));
  append(queries, std::move(proof.after));
  // Nothing can branch in a segment. This ends it, and undoes all of it, when no session was created.
  queries.push_back(sql::enter_member(account_id, hash, proof.membership_id, proof.permissions.names()));
  queries.push_back(sql::load_session(account_id, hash));
  queries.push_back(sql::list_memberships(account_id, proof.member_id));

  Result<std::vector<pg::Rows>> rows = co_await visit.database.write(copy(proof.lookup), std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (visit.former) visit.sessions.forget(*visit.former);
  co_return answer_with_session(*rows, account_id, token, visit.sessions, visit.cookies);
}

Result<http::Response> answer_with_session(const std::vector<pg::Rows>& rows, std::int64_t account_id,
                                           const crypto::Token& token, Sessions& sessions, http::CookieMode cookies) {
  const pg::Rows& memberships = rows.back();
  const pg::Rows& session = rows[rows.size() - 2];
  if (session.empty()) return fail(ErrorCode::kNotSignedIn, "the new session was not found");
  const sql::LoadSessionRow row = sql::LoadSessionRow::decode(session[0]);
  const Result<access::Member> member = to_member(account_id, token.hash(), row);
  if (!member) return fail(member.error());
  sessions.remember(*member);
  http::Response response = http::Response::json(render_session(row, member->permissions, memberships));
  response.cookies.push_back(format_session_cookie(token, cookies));
  return response;
}

}  // namespace portal::auth
