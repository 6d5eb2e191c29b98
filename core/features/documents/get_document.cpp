#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "features/documents/handlers.hpp"
#include "features/documents/render.hpp"
#include "files/answer.hpp"
#include "http/query.hpp"
#include "sql/documents.hpp"

namespace portal::features::documents {
namespace {

// The rows of get_document: one.
Task<Result<pg::Rows>> find(edge::MemberContext* context) {
  const std::optional<std::int64_t> document_id = parse_id(context->path[0]);
  if (!document_id) co_return fail(Error::field("/path/id", "invalid_id"));
  const access::Member& member = context->member;
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_document(member.account_id, member.client_id, member.membership_id, *document_id));
  Result<std::vector<pg::Rows>> rows = co_await context->database.read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);
  co_return std::move(rows->front());
}

}  // namespace

Task<Result<http::Response>> get_document(edge::MemberContext context) {
  if (Result<void> valid = http::require_no_parameters(context.request.query); !valid) {
    co_return fail(std::move(valid.error()));
  }
  const Result<pg::Rows> rows = co_await find(&context);
  if (!rows) co_return fail(rows.error());
  co_return http::Response::json(render_document(describe(sql::GetDocumentRow::decode((*rows)[0]))));
}

Task<Result<http::Response>> get_document_content(edge::MemberContext context) {
  const Result<bool> download = files::parse_download(context.request.query);
  if (!download) co_return fail(download.error());
  const Result<pg::Rows> rows = co_await find(&context);
  if (!rows) co_return fail(rows.error());
  const auto row = sql::GetDocumentRow::decode((*rows)[0]);
  const files::StoredFile file{row.name, row.media_type, row.size_bytes, row.content_hash, row.is_active_content};
  co_return files::answer(file, *download, context.request);
}

}  // namespace portal::features::documents
