// The operations of staff.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "edge/services.hpp"
#include "features/invoices/handlers.hpp"
#include "features/invoices/kinds.hpp"
#include "features/invoices/render.hpp"
#include "features/papers.hpp"
#include "files/answer.hpp"
#include "http/query.hpp"
#include "sql/staff_invoices.hpp"

namespace portal::features::invoices {
namespace {

constexpr std::string_view kFolder = "/api/v1/staff/invoices/";

crypto::Context cursor_context(const PaperQuery& list, const access::Staff& staff) {
  crypto::Context context("staff_invoices");
  context.add(staff.account_id);
  return with_filters(std::move(context), list);
}

Result<std::int64_t> invoice_id_of(const edge::StaffContext& context) {
  const std::optional<std::int64_t> invoice_id = parse_id(context.path[0]);
  if (!invoice_id) return std::unexpected(Error::field("/path/id", "invalid_id"));
  return *invoice_id;
}

// The schema StaffInvoice.
template <class Row>
void write_invoice(json::Writer& writer, const Row& row) {
  writer.begin_object();
  write_members(writer, describe(row), kFolder);
  writer.key("client").begin_object().id_member("id", row.client_id).member("name", row.client_name).end_object();
  writer.member("visible", row.is_visible).end_object();
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
  queries.push_back(sql::list_staff_invoices(context.staff.account_id, list->client_id, list->kind, list->text,
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
  json::Writer writer(128 + static_cast<std::size_t>(shown) * 600);
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < shown; ++index) write_invoice(writer, sql::ListStaffInvoicesRow::decode(page[index]));
  std::optional<std::string> next_cursor;
  if (page.size() > shown) {
    const auto last = sql::ListStaffInvoicesRow::decode(page[shown - 1]);
    next_cursor = sign_position({last.issued_on, last.invoice_id}, place, context.services.keys);
  }
  co_return http::Response::json(writer.end_array().member("next_cursor", next_cursor).end_object().take());
}

Task<Result<http::Response>> change_staff(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> invoice_id = invoice_id_of(context);
  if (!invoice_id) co_return fail(invoice_id.error());
  const Result<bool> visible = read_visible(context.request.body);
  if (!visible) co_return fail(visible.error());
  const std::int64_t account_id = context.staff.account_id;
  std::vector<pg::Query> queries;
  queries.push_back(sql::show_staff_invoice(account_id, *invoice_id, *visible));
  queries.push_back(sql::get_staff_invoice(account_id, context.account.time_zone, *invoice_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  json::Writer writer;
  write_invoice(writer, sql::GetStaffInvoiceRow::decode(rows->back()[0]));
  co_return http::Response::json(writer.take());
}

Task<Result<http::Response>> get_staff_content(edge::StaffContext context) {
  const Result<bool> download = files::parse_download(context.request.query);
  if (!download) co_return fail(download.error());
  const Result<std::int64_t> invoice_id = invoice_id_of(context);
  if (!invoice_id) co_return fail(invoice_id.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_staff_invoice_file(context.staff.account_id, *invoice_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);
  const auto row = sql::GetStaffInvoiceFileRow::decode(rows->front()[0]);
  const files::StoredFile file{row.number, row.media_type, row.size_bytes, row.content_hash, row.is_active_content};
  co_return files::answer(file, *download, context.request);
}

}  // namespace portal::features::invoices
