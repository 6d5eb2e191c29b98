#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "features/invoices/handlers.hpp"
#include "features/invoices/render.hpp"
#include "features/papers.hpp"
#include "files/answer.hpp"
#include "http/query.hpp"
#include "sql/invoices.hpp"

namespace portal::features::invoices {
namespace {

Result<std::int64_t> invoice_id_of(const edge::MemberContext& context) {
  const std::optional<std::int64_t> invoice_id = parse_id(context.path[0]);
  if (!invoice_id) return std::unexpected(Error::field("/path/id", "invalid_id"));
  return *invoice_id;
}

// The one row that the query finds.
Task<Result<pg::Rows>> find(access::MemberDatabase* database, pg::Query query) {
  std::vector<pg::Query> queries;
  queries.push_back(std::move(query));
  Result<std::vector<pg::Rows>> rows = co_await database->read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);
  co_return std::move(rows->front());
}

}  // namespace

Task<Result<http::Response>> get_invoice(edge::MemberContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> invoice_id = invoice_id_of(context);
  if (!invoice_id) co_return fail(invoice_id.error());
  const access::Member& member = context.member;
  const Result<pg::Rows> rows = co_await find(
      &context.database, sql::get_invoice(member.account_id, member.client_id, context.account.time_zone, *invoice_id));
  if (!rows) co_return fail(rows.error());
  const auto row = sql::GetInvoiceRow::decode((*rows)[0]);
  Validity validity;
  validity.limit(row.holds_for);
  http::Response response = http::Response::json(render_invoice(describe(row)));
  response.valid_for = validity.get();
  co_return response;
}

Task<Result<http::Response>> get_invoice_content(edge::MemberContext context) {
  const Result<bool> download = files::parse_download(context.request.query);
  if (!download) co_return fail(download.error());
  const Result<std::int64_t> invoice_id = invoice_id_of(context);
  if (!invoice_id) co_return fail(invoice_id.error());
  const access::Member& member = context.member;
  const Result<pg::Rows> rows =
      co_await find(&context.database, sql::get_invoice_file(member.account_id, member.client_id, *invoice_id));
  if (!rows) co_return fail(rows.error());
  const auto row = sql::GetInvoiceFileRow::decode((*rows)[0]);
  const files::StoredFile file{row.number, row.media_type, row.size_bytes, row.content_hash, row.is_active_content};
  co_return files::answer(file, *download, context.request);
}

}  // namespace portal::features::invoices
