// The operations of staff.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "edge/services.hpp"
#include "features/papers.hpp"
#include "features/quotes/forms.hpp"
#include "features/quotes/handlers.hpp"
#include "features/quotes/kinds.hpp"
#include "features/quotes/render.hpp"
#include "files/answer.hpp"
#include "http/query.hpp"
#include "sql/staff_quotes.hpp"

namespace portal::features::quotes {
namespace {

constexpr std::string_view kFolder = "/api/v1/staff/quotes/";

crypto::Context cursor_context(const PaperQuery& list, const access::Staff& staff) {
  crypto::Context context("staff_quotes");
  context.add(staff.account_id);
  return with_filters(std::move(context), list);
}

Result<std::int64_t> quote_id_of(const edge::StaffContext& context) {
  const std::optional<std::int64_t> quote_id = parse_id(context.path[0]);
  if (!quote_id) return std::unexpected(Error::field("/path/id", "invalid_id"));
  return *quote_id;
}

Result<std::int64_t> only_quote_id_of(const edge::StaffContext& context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) return fail(none.error());
  return quote_id_of(context);
}

// The members of StaffQuoteSummary.
template <class Row>
void write_summary(json::Writer& writer, const Quote& quote, const Row& row) {
  write_members(writer, quote, kFolder);
  writer.key("client").begin_object().id_member("id", row.client_id).member("name", row.client_name).end_object();
  writer.member("visible", row.is_visible);
}

// The two statements whose rows `render` takes.
void ask_for_quote(std::vector<pg::Query>& queries, const edge::StaffContext& context, std::int64_t quote_id) {
  const std::int64_t account_id = context.staff.account_id;
  queries.push_back(sql::get_staff_quote(account_id, context.account.time_zone, quote_id));
  queries.push_back(sql::list_staff_quote_decisions(account_id, quote_id, kShownDecisions));
}

// The schema StaffQuote.
Result<http::Response> render(const pg::Rows& found, const pg::Rows& decided) {
  if (found.empty()) return fail(ErrorCode::kNotFound);
  const auto row = sql::GetStaffQuoteRow::decode(found[0]);
  Quote quote = describe(row);
  const std::vector<Decision> decisions = read_decisions<sql::ListStaffQuoteDecisionsRow>(decided, quote);
  json::Writer writer(1024 + row.description.value_or("").size() + decisions.size() * 500);
  writer.begin_object();
  write_summary(writer, quote, row);
  write_rest(writer, row.description, decisions);
  return http::Response::json(writer.end_object().take());
}

}  // namespace

Task<Result<http::Response>> list_staff(edge::StaffContext context) {
  const Result<PaperQuery> list = parse_staff_query(context.request.query, kKinds);
  if (!list) co_return fail(list.error());
  const crypto::Context place = cursor_context(*list, context.staff);
  const Result<std::optional<PaperPosition>> after = open_position(*list, place, context.services.keys);
  if (!after) co_return fail(after.error());
  const std::optional<Date> issued_on = *after ? std::optional((*after)->issued_on) : std::nullopt;
  std::vector<pg::Query> queries;
  // One more than is shown says whether there is a next page.
  queries.push_back(sql::list_staff_quotes(context.staff.account_id, list->client_id, list->kind, list->text,
                                           context.account.time_zone, issued_on, *after ? (*after)->id : 0,
                                           static_cast<std::int32_t>(list->limit + 1)));
  // No index knows what is open, or what texts hold: such a list may read all of them, which the reads of others do not
  // wait for.
  const bool reads_all = list->text || list->kind;
  const Result<std::vector<pg::Rows>> rows = reads_all ? co_await context.database.search(std::move(queries))
                                                       : co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());

  const pg::Rows& page = rows->front();
  const int shown = std::min(page.size(), static_cast<int>(list->limit));
  json::Writer writer(128 + static_cast<std::size_t>(shown) * 700);
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < shown; ++index) {
    const auto row = sql::ListStaffQuotesRow::decode(page[index]);
    writer.begin_object();
    write_summary(writer, describe_with_decision(row), row);
    writer.end_object();
  }
  std::optional<std::string> next_cursor;
  if (page.size() > shown) {
    const auto last = sql::ListStaffQuotesRow::decode(page[shown - 1]);
    next_cursor = sign_position({last.issued_on, last.quote_id}, place, context.services.keys);
  }
  co_return http::Response::json(writer.end_array().member("next_cursor", next_cursor).end_object().take());
}

Task<Result<http::Response>> get_staff(edge::StaffContext context) {
  const Result<std::int64_t> quote_id = only_quote_id_of(context);
  if (!quote_id) co_return fail(quote_id.error());
  std::vector<pg::Query> queries;
  ask_for_quote(queries, context, *quote_id);
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return render((*rows)[0], (*rows)[1]);
}

Task<Result<http::Response>> change_staff(edge::StaffContext context) {
  const Result<std::int64_t> quote_id = only_quote_id_of(context);
  if (!quote_id) co_return fail(quote_id.error());
  const Result<bool> visible = read_visible(context.request.body);
  if (!visible) co_return fail(visible.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::show_staff_quote(context.staff.account_id, *quote_id, *visible));
  ask_for_quote(queries, context, *quote_id);
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return render((*rows)[1], (*rows)[2]);
}

Task<Result<http::Response>> record_decision(edge::StaffContext context) {
  const Result<std::int64_t> quote_id = only_quote_id_of(context);
  if (!quote_id) co_return fail(quote_id.error());
  const Result<std::string> content = read_recorded_decision(context.request.body);
  if (!content) co_return fail(content.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::record_quote_decision(context.staff.account_id, *quote_id, *content));
  ask_for_quote(queries, context, *quote_id);
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  const auto refusal = sql::RecordQuoteDecisionRow::decode((*rows)[0][0]).refusal;
  if (refusal) co_return fail(Error::field("/" + std::string(*refusal), "required"));
  co_return render((*rows)[1], (*rows)[2]);
}

Task<Result<http::Response>> get_staff_content(edge::StaffContext context) {
  const Result<bool> download = files::parse_download(context.request.query);
  if (!download) co_return fail(download.error());
  const Result<std::int64_t> quote_id = quote_id_of(context);
  if (!quote_id) co_return fail(quote_id.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_staff_quote_file(context.staff.account_id, *quote_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);
  const auto row = sql::GetStaffQuoteFileRow::decode(rows->front()[0]);
  const files::StoredFile file{row.number, row.media_type, row.size_bytes, row.content_hash, row.is_active_content};
  co_return files::answer(file, *download, context.request);
}

}  // namespace portal::features::quotes
