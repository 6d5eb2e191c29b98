// The operations that change something. What a file is, its content and its name decide together; what was said about
// it in Content-Type decides nothing.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "access/repeatable.hpp"
#include "base/ids.hpp"
#include "edge/services.hpp"
#include "features/staff_documents/handlers.hpp"
#include "features/staff_documents/render.hpp"
#include "files/body.hpp"
#include "files/uploads.hpp"
#include "http/query.hpp"
#include "http/upload_headers.hpp"
#include "json/plain_text.hpp"
#include "json/reader.hpp"
#include "sql/staff_documents.hpp"

namespace portal::features::staff_documents {
namespace {

constexpr std::size_t kNameLength = 300;  // as the column
constexpr std::size_t kHiddenFromMaximum = 1000;
constexpr std::array<std::string_view, 3> kTypes = {"application/pdf", "image/jpeg", "image/png"};

struct AddQuery {
  std::int64_t client_id = 0;
  bool visible = true;
};

Result<AddQuery> parse_query(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  const std::optional<std::int64_t> client_id = reader->id("client_id");
  const bool visible = reader->boolean("visible").value_or(true);
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  if (!client_id) return std::unexpected(Error::query_parameter("client_id", "required"));
  return AddQuery{.client_id = *client_id, .visible = visible};
}

Result<std::int64_t> document_id_of(const edge::StaffContext& context) {
  const std::optional<std::int64_t> document_id = parse_id(context.path[0]);
  if (!document_id) return std::unexpected(Error::field("/path/id", "invalid_id"));
  return *document_id;
}

// The one query whose answer decides whether anything is received.
Task<Result<pg::Rows>> ask(access::StaffDatabase* database, pg::Query query) {
  std::vector<pg::Query> queries;
  queries.push_back(std::move(query));
  Result<std::vector<pg::Rows>> rows = co_await database->read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);
  co_return std::move(rows->front());
}

// What was filed already takes no more room when it is asked for again.
Task<Result<bool>> has_room(access::StaffDatabase* database, std::int64_t account_id, std::int64_t client_id,
                            std::int64_t bytes, std::optional<access::RepeatableRequest> request) {
  std::vector<pg::Query> queries;
  queries.push_back(sql::check_document_room(account_id, client_id, bytes));
  if (request) queries.push_back(access::find_former(account_id, *request));
  const Result<std::vector<pg::Rows>> rows = co_await database->read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);
  const bool is_known = request && !rows->back().empty();
  co_return is_known || sql::CheckDocumentRoomRow::decode(rows->front()[0]).has_room;
}

struct Received {
  files::Upload upload;
  std::string_view media_type;
};

// The body, safe in the folder. kUnsupportedMediaType when it is none of kTypes, or not what its name says.
Task<Result<Received>> receive(edge::StaffContext* context, std::string name) {
  const Result<http::BodyFile> body = co_await context->body.receive();
  if (!body) co_return fail(body.error());
  if (body->bytes == 0) co_return fail(Error::field("/body", "required"));
  Result<files::Upload> upload = co_await context->services.uploads->keep(*body);
  if (!upload) co_return fail(std::move(upload.error()));
  const std::string_view media_type = files::detect_type(upload->content().head, name);
  if (std::ranges::find(kTypes, media_type) == kTypes.end() || upload->content().is_broken_picture)
    co_return fail(ErrorCode::kUnsupportedMediaType);
  co_return Received{std::move(*upload), media_type};
}

struct Change {
  std::optional<std::string> name;
  std::optional<bool> visible;
  std::optional<std::vector<std::int64_t>> hidden_from;
  std::optional<std::vector<std::int64_t>> former_hidden_from;  // as whoever changes it has seen it
};

Result<Change> read_change(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  Change change;
  change.name = body.optional_text("name", {.maximum = kNameLength});
  json::require_one_line(body, "name", change.name);
  change.visible = body.optional_boolean("visible");
  change.hidden_from = body.optional_ids("hidden_from", kHiddenFromMaximum);
  change.former_hidden_from = body.optional_ids("former_hidden_from", kHiddenFromMaximum);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return change;
}

}  // namespace

Task<Result<http::Response>> add(edge::StaffContext context) {
  const Result<AddQuery> query = parse_query(context.request.query);
  if (!query) co_return fail(query.error());
  const Result<http::UploadHeaders> headers = http::parse_upload_headers(context.request);
  if (!headers) co_return fail(headers.error());
  Result<std::optional<access::RepeatableRequest>> request = access::read_repeatable(context.request);
  if (!request) co_return fail(std::move(request.error()));
  const std::int64_t account_id = context.staff.account_id;
  const Result<bool> room = co_await has_room(&context.database, account_id, query->client_id,
                                              static_cast<std::int64_t>(headers->length), *request);
  if (!room) co_return fail(room.error());
  if (!*room) co_return fail(ErrorCode::kQuotaExceeded);

  Result<Received> received = co_await receive(&context, headers->name);
  if (!received) co_return fail(std::move(received.error()));
  const files::Content& content = received->upload.content();
  if (*request) *request = access::with_content(**request, content.hash);
  std::vector<pg::Query> work;
  work.push_back(sql::lock_files_for_row(account_id));
  work.push_back(sql::add_staff_document(account_id, query->client_id, headers->name, received->media_type,
                                         content.bytes, content.hash, query->visible, content.is_active));
  work.push_back(sql::require_document_room(account_id));
  const auto read = [account_id](std::optional<std::int64_t> document_id) {
    return std::vector{sql::get_staff_document(account_id, document_id)};
  };
  // The file is safe; where the row was made before, it is the same one.
  auto write = [uploads = context.services.uploads, database = context.database,
                upload = std::move(received->upload)](std::vector<pg::Query> segment) mutable {
    return uploads->complete(std::move(upload), database.write(std::move(segment)));
  };
  const Result<std::vector<pg::Rows>> rows =
      co_await access::carry_out_once(context, *request, std::move(work), read, std::move(write));
  if (!rows) co_return fail(rows.error());
  if (rows->back().empty()) co_return fail(ErrorCode::kConflict);
  co_return http::Response::json(render_document(sql::GetStaffDocumentRow::decode(rows->back()[0])),
                                 http::Status::kCreated);
}

Task<Result<http::Response>> replace(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> document_id = document_id_of(context);
  if (!document_id) co_return fail(document_id.error());
  const Result<http::UploadHeaders> headers = http::parse_upload_headers(context.request);
  if (!headers) co_return fail(headers.error());
  const std::int64_t account_id = context.staff.account_id;
  const Result<pg::Rows> found = co_await ask(&context.database, sql::get_staff_document(account_id, *document_id));
  if (!found) co_return fail(found.error());

  Result<Received> received = co_await receive(&context, headers->name);
  if (!received) co_return fail(std::move(received.error()));
  const files::Content& content = received->upload.content();
  std::vector<pg::Query> queries;
  queries.push_back(sql::lock_files_for_row(account_id));
  queries.push_back(sql::replace_staff_document(account_id, *document_id, received->media_type, content.bytes,
                                                content.hash, content.is_active));
  queries.push_back(sql::require_document_room(account_id));
  queries.push_back(sql::get_staff_document(account_id, *document_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.services.uploads->complete(
      std::move(received->upload), context.database.write(std::move(queries)));
  if (!rows) co_return fail(rows.error());
  co_return http::Response::json(render_document(sql::GetStaffDocumentRow::decode(rows->back()[0])));
}

Task<Result<http::Response>> change(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> document_id = document_id_of(context);
  if (!document_id) co_return fail(document_id.error());
  const Result<Change> change = read_change(context.request.body);
  if (!change) co_return fail(change.error());
  const std::int64_t account_id = context.staff.account_id;
  std::vector<pg::Query> queries;
  queries.push_back(sql::change_staff_document(account_id, *document_id, change->name, change->visible));
  if (change->former_hidden_from) {
    queries.push_back(
        sql::require_hidden_from(account_id, *document_id, std::span<const std::int64_t>(*change->former_hidden_from)));
  }
  if (change->hidden_from) {
    queries.push_back(
        sql::hide_staff_document(account_id, *document_id, std::span<const std::int64_t>(*change->hidden_from)));
  }
  queries.push_back(sql::get_staff_document(account_id, *document_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return http::Response::json(render_document(sql::GetStaffDocumentRow::decode(rows->back()[0])));
}

Task<Result<http::Response>> remove(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> document_id = document_id_of(context);
  if (!document_id) co_return fail(document_id.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::remove_staff_document(context.staff.account_id, *document_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return http::Response::no_content();
}

}  // namespace portal::features::staff_documents
