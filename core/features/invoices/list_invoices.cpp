#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "edge/services.hpp"
#include "features/invoices/handlers.hpp"
#include "features/invoices/kinds.hpp"
#include "features/invoices/render.hpp"
#include "features/papers.hpp"
#include "sql/invoices.hpp"

namespace portal::features::invoices {
namespace {

crypto::Context cursor_context(const PaperQuery& list, const access::Member& member) {
  crypto::Context context("invoices");
  context.add(member.account_id).add(member.membership_id);
  return with_filters(std::move(context), list);
}

Totals read_totals(const pg::Rows& rows, Validity& validity) {
  Totals totals;
  for (int index = 0; index < rows.size(); ++index) {
    const auto row = sql::CountInvoicesRow::decode(rows[index]);
    totals.counts[row.state] += row.invoices;
    if (row.outstanding_minor > 0) totals.outstanding[row.currency] += row.outstanding_minor;
    validity.limit(row.holds_for);
  }
  return totals;
}

}  // namespace

Task<Result<http::Response>> list_invoices(edge::MemberContext context) {
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
  queries.push_back(sql::list_invoices(member.account_id, member.client_id, list->kind, time_zone, issued_on,
                                       *after ? (*after)->id : 0, static_cast<std::int32_t>(list->limit + 1)));
  if (list->counts) queries.push_back(sql::count_invoices(member.account_id, member.client_id, time_zone));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());

  const pg::Rows& page = rows->front();
  const int shown = std::min(page.size(), static_cast<int>(list->limit));
  Validity validity;
  std::vector<Invoice> invoices;
  for (int index = 0; index < shown; ++index) {
    const auto row = sql::ListInvoicesRow::decode(page[index]);
    invoices.push_back(describe(row));
    validity.limit(row.holds_for);
  }
  std::optional<std::string> next_cursor;
  if (page.size() > shown)
    next_cursor = sign_position({invoices.back().issued_on, invoices.back().invoice_id}, place, context.services.keys);
  std::optional<Totals> totals;
  if (list->counts) totals = read_totals(rows->back(), validity);
  http::Response response = http::Response::json(render_list(invoices, next_cursor, totals));
  response.valid_for = validity.get();
  co_return response;
}

}  // namespace portal::features::invoices
