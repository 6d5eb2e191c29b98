#include "features/session/routes.hpp"

#include <array>

#include "auth/load_session.hpp"
#include "auth/open_session.hpp"
#include "auth/render_session.hpp"
#include "auth/session_cookie.hpp"
#include "edge/services.hpp"
#include "features/session/own_sessions.hpp"
#include "features/session/sign_in.hpp"
#include "http/query.hpp"
#include "json/reader.hpp"
#include "sql/auth.hpp"

namespace portal::features {
namespace {

Task<Result<http::Response>> get_session(edge::MemberContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const access::Member& member = context.member;
  std::vector<pg::Query> queries;
  queries.push_back(sql::load_session(member.account_id, member.session_hash));
  queries.push_back(sql::list_memberships(member.account_id, member.member_id));
  Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kNotSignedIn);
  const sql::LoadSessionRow row = sql::LoadSessionRow::decode(rows->front()[0]);
  co_return http::Response::json(auth::render_session(row, member.permissions, rows->back()));
}

Result<std::int64_t> read_membership_id(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  const std::int64_t membership_id = body.id("membership_id");
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return membership_id;
}

Task<Result<http::Response>> switch_membership(edge::MemberContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> membership_id = read_membership_id(context.request.body);
  if (!membership_id) co_return fail(membership_id.error());

  // Other rights, another session: the row stays, and answers only to a new token.
  const access::Member& member = context.member;
  const crypto::Token token = crypto::Token::generate();
  std::vector<pg::Query> queries;
  queries.push_back(sql::switch_membership(member.account_id, member.session_hash, token.hash(), *membership_id));
  queries.push_back(sql::load_session(member.account_id, token.hash()));
  queries.push_back(sql::list_memberships(member.account_id, member.member_id));
  Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  context.services.sessions.forget(member.session_hash);
  co_return auth::answer_with_session(*rows, member.account_id, token, context.services.sessions, context.cookies);
}

Task<Result<http::Response>> sign_out(edge::VisitorContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  if (context.session) {
    const access::SessionHash hash = *context.session;
    std::vector<pg::Query> queries;
    queries.push_back(sql::end_session(context.account.id, hash));
    std::vector<std::uint8_t> lookup(hash.begin(), hash.end());
    Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(lookup), std::move(queries));
    if (!rows) co_return fail(std::move(rows.error()));
    context.services.sessions.forget(hash);
    if (!rows->front().empty()) context.subject.member_id = sql::EndSessionRow::decode(rows->front()[0]).member_id;
  }
  http::Response response = http::Response::no_content();
  response.cookies.push_back(auth::format_cleared_session_cookie(context.cookies));
  co_return response;
}

constexpr std::array kRoutes = {
    edge::Route::for_member(http::Method::kGet, "/session", "get_session", {}, get_session),
    edge::Route::open(http::Method::kPost, "/session", "sign_in", sign_in),
    edge::Route::open(http::Method::kDelete, "/session", "sign_out", sign_out),
    edge::Route::for_member(http::Method::kGet, "/sessions", "list_sessions", {}, list_sessions),
    edge::Route::for_member(http::Method::kDelete, "/sessions/{id}", "end_session", {}, end_session),
    edge::Route::for_member(http::Method::kPut, "/session/membership", "switch_membership", {}, switch_membership),
};

}  // namespace

std::span<const edge::Route> session_routes() { return kRoutes; }

}  // namespace portal::features
