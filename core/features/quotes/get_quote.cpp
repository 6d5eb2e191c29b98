// One quote, as members see it, and their decision about it.
#include <utility>
#include <vector>

#include "auth/notices.hpp"
#include "base/ids.hpp"
#include "base/limits.hpp"
#include "edge/services.hpp"
#include "features/papers.hpp"
#include "features/quotes/forms.hpp"
#include "features/quotes/handlers.hpp"
#include "features/quotes/render.hpp"
#include "files/answer.hpp"
#include "http/query.hpp"
#include "sql/quotes.hpp"

namespace portal::features::quotes {
namespace {

constexpr std::uint32_t kRetryAfterSeconds = 3600;

Result<std::int64_t> quote_id_of(const edge::MemberContext& context) {
  const std::optional<std::int64_t> quote_id = parse_id(context.path[0]);
  if (!quote_id) return std::unexpected(Error::field("/path/id", "invalid_id"));
  return *quote_id;
}

// Where nothing stands behind it.
Result<std::int64_t> only_quote_id_of(const edge::MemberContext& context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) return fail(none.error());
  return quote_id_of(context);
}

// The two statements whose rows `render` takes.
void ask_for_quote(std::vector<pg::Query>& queries, const edge::MemberContext& context, std::int64_t quote_id) {
  const access::Member& member = context.member;
  queries.push_back(sql::get_quote(member.account_id, member.client_id, context.account.time_zone, quote_id));
  queries.push_back(sql::list_quote_decisions(member.account_id, member.client_id, quote_id, kShownDecisions));
}

Result<http::Response> render(const pg::Rows& found, const pg::Rows& decided) {
  if (found.empty()) return fail(ErrorCode::kNotFound);
  const auto row = sql::GetQuoteRow::decode(found[0]);
  Quote quote = describe(row);
  const std::vector<Decision> decisions = read_decisions<sql::ListQuoteDecisionsRow>(decided, quote);
  Validity validity;
  validity.limit(row.holds_for);
  http::Response response = http::Response::json(render_quote(quote, row.description, decisions));
  response.valid_for = validity.get();
  return response;
}

}  // namespace

Task<Result<http::Response>> get_quote(edge::MemberContext context) {
  const Result<std::int64_t> quote_id = only_quote_id_of(context);
  if (!quote_id) co_return fail(quote_id.error());
  std::vector<pg::Query> queries;
  ask_for_quote(queries, context, *quote_id);
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return render((*rows)[0], (*rows)[1]);
}

Task<Result<http::Response>> get_quote_content(edge::MemberContext context) {
  const Result<bool> download = files::parse_download(context.request.query);
  if (!download) co_return fail(download.error());
  const Result<std::int64_t> quote_id = quote_id_of(context);
  if (!quote_id) co_return fail(quote_id.error());
  const access::Member& member = context.member;
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_quote_file(member.account_id, member.client_id, *quote_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);
  const auto row = sql::GetQuoteFileRow::decode(rows->front()[0]);
  const files::StoredFile file{row.number, row.media_type, row.size_bytes, row.content_hash, row.is_active_content};
  co_return files::answer(file, *download, context.request);
}

Task<Result<http::Response>> decide(edge::MemberContext context) {
  const Result<std::int64_t> quote_id = only_quote_id_of(context);
  if (!quote_id) co_return fail(quote_id.error());
  const Result<std::string> content = read_decision(context.request.body);
  if (!content) co_return fail(content.error());
  const Result<std::string> messages = auth::make_staff_notices(context.account, context.services.keys);
  if (!messages) co_return fail(messages.error());
  const access::Member& member = context.member;
  std::vector<pg::Query> queries;
  queries.push_back(sql::decide_quote(member.account_id, member.membership_id, *quote_id, *content,
                                      limits::kQuoteDecisionsPerDay, *messages));
  ask_for_quote(queries, context, *quote_id);
  Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) {
    if (rows.error().code == ErrorCode::kTooManyRequests) rows.error().retry_after_seconds = kRetryAfterSeconds;
    co_return fail(std::move(rows.error()));
  }
  const auto refusal = sql::DecideQuoteRow::decode((*rows)[0][0]).refusal;
  if (refusal) co_return fail(Error::field("/" + std::string(*refusal), "required"));
  co_return render((*rows)[1], (*rows)[2]);
}

}  // namespace portal::features::quotes
