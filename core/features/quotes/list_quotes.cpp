#include <algorithm>
#include <utility>
#include <vector>

#include "edge/services.hpp"
#include "features/papers.hpp"
#include "features/quotes/handlers.hpp"
#include "features/quotes/kinds.hpp"
#include "features/quotes/render.hpp"
#include "sql/quotes.hpp"

namespace portal::features::quotes {
namespace {

crypto::Context cursor_context(const PaperQuery& list, const access::Member& member) {
  crypto::Context context("quotes");
  context.add(member.account_id).add(member.membership_id);
  return with_filters(std::move(context), list);
}

Counts read_counts(const pg::Rows& rows, Validity& validity) {
  Counts counts;
  for (int index = 0; index < rows.size(); ++index) {
    const auto row = sql::CountQuotesRow::decode(rows[index]);
    counts[row.state] = row.quotes;
    validity.limit(row.holds_for);
  }
  return counts;
}

}  // namespace

Task<Result<http::Response>> list_quotes(edge::MemberContext context) {
  const Result<PaperQuery> list = parse_member_query(context.request.query, kKinds);
  if (!list) co_return fail(list.error());
  const access::Member& member = context.member;
  const crypto::Context place = cursor_context(*list, member);
  const Result<std::optional<PaperPosition>> after = open_position(*list, place, context.services.keys);
  if (!after) co_return fail(after.error());

  const std::string_view time_zone = context.account.time_zone;
  const std::optional<Date> issued_on = *after ? std::optional((*after)->issued_on) : std::nullopt;
  std::vector<pg::Query> queries;
  // One more than is shown says whether there is a next page.
  queries.push_back(sql::list_quotes(member.account_id, member.client_id, list->kind, time_zone, issued_on,
                                     *after ? (*after)->id : 0, static_cast<std::int32_t>(list->limit + 1)));
  if (list->counts) queries.push_back(sql::count_quotes(member.account_id, member.client_id, time_zone));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());

  const pg::Rows& page = rows->front();
  const int shown = std::min(page.size(), static_cast<int>(list->limit));
  Validity validity;
  std::vector<Quote> quotes;
  for (int index = 0; index < shown; ++index) {
    const auto row = sql::ListQuotesRow::decode(page[index]);
    quotes.push_back(describe_with_decision(row));
    validity.limit(row.holds_for);
  }
  std::optional<std::string> next_cursor;
  if (page.size() > shown)
    next_cursor = sign_position({quotes.back().issued_on, quotes.back().quote_id}, place, context.services.keys);
  std::optional<Counts> counts;
  if (list->counts) counts = read_counts(rows->back(), validity);
  http::Response response = http::Response::json(render_list(quotes, next_cursor, counts));
  response.valid_for = validity.get();
  co_return response;
}

}  // namespace portal::features::quotes
