// The operations that change nothing.
#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "crypto/cursor.hpp"
#include "edge/services.hpp"
#include "features/staff_documents/handlers.hpp"
#include "features/staff_documents/render.hpp"
#include "files/answer.hpp"
#include "http/query.hpp"
#include "sql/staff_documents.hpp"

namespace portal::features::staff_documents {
namespace {

constexpr std::int64_t kMaximumLimit = 100;
constexpr std::size_t kSearchLength = 100;   // code points
constexpr std::size_t kCursorLength = 1024;  // longer is not even looked at

struct ListQuery {
  std::optional<std::int64_t> client_id;
  std::optional<std::string> text;
  std::int64_t limit = 20;
  std::optional<std::string> cursor;
};

Result<ListQuery> parse_query(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  ListQuery list;
  list.client_id = reader->id("client_id");
  list.text = reader->text("q", {.maximum = kSearchLength});
  list.limit = reader->integer("limit", 1, kMaximumLimit).value_or(list.limit);
  list.cursor = reader->text("cursor", {.maximum = kCursorLength});
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  return list;
}

crypto::Context cursor_context(const ListQuery& list, const access::Staff& staff) {
  crypto::Context context("staff_documents");
  context.add(staff.account_id).add(list.client_id.value_or(0)).add(std::int64_t{list.text.has_value()});
  context.add(list.text.value_or(""));
  return context;
}

// When and which the last document of the page before was; nothing at the beginning.
Result<std::optional<std::pair<pg::Timestamp, std::int64_t>>> open_position(const ListQuery& list,
                                                                            const access::Staff& staff,
                                                                            const crypto::Keyring& keys) {
  if (!list.cursor) return std::nullopt;
  const Result<crypto::Keyset> keyset = crypto::open_cursor(*list.cursor, 2, cursor_context(list, staff), keys);
  if (!keyset || !(*keyset)[0] || !(*keyset)[1]) {
    Error error = Error::of(ErrorCode::kInvalidCursor);
    error.fields.push_back({"/query/cursor", "invalid_text"});
    return fail(std::move(error));
  }
  return std::pair(pg::Timestamp(std::chrono::microseconds(*(*keyset)[0])), *(*keyset)[1]);
}

// The rows of get_staff_document: one.
Task<Result<pg::Rows>> find(edge::StaffContext* context) {
  const std::optional<std::int64_t> document_id = parse_id(context->path[0]);
  if (!document_id) co_return fail(Error::field("/path/id", "invalid_id"));
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_staff_document(context->staff.account_id, *document_id));
  Result<std::vector<pg::Rows>> rows = co_await context->database.read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);
  co_return std::move(rows->front());
}

}  // namespace

Task<Result<http::Response>> list(edge::StaffContext context) {
  const Result<ListQuery> list = parse_query(context.request.query);
  if (!list) co_return fail(list.error());
  const auto after = open_position(*list, context.staff, context.services.keys);
  if (!after) co_return fail(after.error());
  std::vector<pg::Query> queries;
  const std::optional<pg::Timestamp> time = *after ? std::optional((*after)->first) : std::nullopt;
  // One more than is shown says whether there is a next page.
  queries.push_back(sql::list_staff_documents(context.staff.account_id, list->client_id, list->text, time,
                                              *after ? (*after)->second : 0,
                                              static_cast<std::int32_t>(list->limit + 1)));
  Result<std::vector<pg::Rows>> rows = list->text ? co_await context.database.search(std::move(queries))
                                                  : co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));

  const pg::Rows& page = rows->front();
  const int shown = std::min(page.size(), static_cast<int>(list->limit));
  json::Writer writer(128 + static_cast<std::size_t>(shown) * 300);
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < shown; ++index) write_document(writer, sql::ListStaffDocumentsRow::decode(page[index]));
  std::optional<std::string> next_cursor;
  if (page.size() > shown) {
    const auto last = sql::ListStaffDocumentsRow::decode(page[shown - 1]);
    next_cursor = crypto::sign_cursor({last.created_at.time_since_epoch().count(), last.document_id},
                                      cursor_context(*list, context.staff), context.services.keys);
  }
  co_return http::Response::json(writer.end_array().member("next_cursor", next_cursor).end_object().take());
}

Task<Result<http::Response>> get(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<pg::Rows> rows = co_await find(&context);
  if (!rows) co_return fail(rows.error());
  co_return http::Response::json(render_document(sql::GetStaffDocumentRow::decode((*rows)[0])));
}

Task<Result<http::Response>> get_content(edge::StaffContext context) {
  const Result<bool> download = files::parse_download(context.request.query);
  if (!download) co_return fail(download.error());
  const Result<pg::Rows> rows = co_await find(&context);
  if (!rows) co_return fail(rows.error());
  const auto row = sql::GetStaffDocumentRow::decode((*rows)[0]);
  co_return files::answer({.name = row.name,
                           .media_type = row.media_type,
                           .bytes = row.size_bytes,
                           .content_hash = row.content_hash,
                           .is_active = row.is_active_content},
                          *download, context.request);
}

}  // namespace portal::features::staff_documents
