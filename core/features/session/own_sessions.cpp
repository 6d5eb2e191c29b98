#include "features/session/own_sessions.hpp"

#include <algorithm>

#include "auth/session_cookie.hpp"
#include "auth/sessions.hpp"
#include "base/ids.hpp"
#include "edge/services.hpp"
#include "http/query.hpp"
#include "json/writer.hpp"
#include "sql/auth.hpp"

namespace portal::features {
namespace {

// As docs/openapi.yaml says.
constexpr std::int32_t kMaximumSessions = 100;

std::string render(const pg::Rows& sessions) {
  json::Writer writer(64 + static_cast<std::size_t>(sessions.size()) * 256);
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < sessions.size(); ++index) {
    const auto session = sql::ListSessionsRow::decode(sessions[index]);
    writer.begin_object().id_member("id", session.session_id).member("created_at", session.created_at);
    writer.member("last_used_at", session.last_used_at).member("user_agent", session.user_agent);
    writer.member("current", session.is_current).end_object();
  }
  return writer.end_array().key("next_cursor").null().end_object().take();
}

}  // namespace

Task<Result<http::Response>> list_sessions(edge::MemberContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const access::Member& member = context.member;
  std::vector<pg::Query> queries;
  queries.push_back(sql::list_sessions(member.account_id, member.member_id, member.session_hash, kMaximumSessions));
  Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  co_return http::Response::json(render(rows->front()));
}

Task<Result<http::Response>> end_session(edge::MemberContext context) {
  const std::optional<std::int64_t> session_id = parse_id(context.path[0]);
  if (!session_id) co_return fail(Error::field("/path/id", "invalid_id"));
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const access::Member& member = context.member;
  std::vector<pg::Query> queries;
  queries.push_back(sql::end_own_session(member.account_id, member.member_id, *session_id));
  Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);

  const auto ended = sql::EndOwnSessionRow::decode(rows->front()[0]).session_hash;
  access::SessionHash hash{};
  std::ranges::copy_n(ended.begin(), static_cast<std::ptrdiff_t>(std::min(ended.size(), hash.size())), hash.begin());
  context.services.sessions.forget(hash);
  http::Response response = http::Response::no_content();
  if (hash == member.session_hash) response.cookies.push_back(auth::format_cleared_session_cookie(context.cookies));
  co_return response;
}

}  // namespace portal::features
