// What a file is, its content and its name decide together, as where staff send one in.
#include "features/import/receive_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "edge/services.hpp"
#include "files/body.hpp"
#include "files/media_type.hpp"
#include "files/uploads.hpp"
#include "http/checks.hpp"
#include "http/query.hpp"
#include "json/plain_text.hpp"
#include "sql/import_documents.hpp"
#include "sql/import_invoices.hpp"
#include "sql/import_quotes.hpp"
#include "sql/staff_documents.hpp"

namespace portal::features::import {
namespace {

constexpr TextLength kExternalId{.maximum = limits::kExternalIdCharacters};
constexpr TextLength kFileName{.maximum = 255};                // as the column
constexpr TextLength kFieldName{.minimum = 3, .maximum = 70};  // "report.photos"
constexpr std::int64_t kMostFiles = 100;
constexpr std::int64_t kMostPhotos = 10;
constexpr std::array<std::string_view, 3> kTypes = {"application/pdf", "image/jpeg", "image/png"};
constexpr std::span<const std::string_view> kPictures = std::span(kTypes).subspan(1);

// The one query whose answer decides whether anything is received.
Task<Result<pg::Rows>> ask(access::KeyDatabase* database, pg::Query query) {
  std::vector<pg::Query> queries;
  queries.push_back(std::move(query));
  Result<std::vector<pg::Rows>> rows = co_await database->read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);
  co_return std::move(rows->front());
}

Result<std::int64_t> length_of(const http::Request& request) {
  if (request.count_headers("Content-Encoding") != 0) return fail(ErrorCode::kUnsupportedMediaType);
  if (Result<void> checked = http::require_file_body(request, limits::kDocumentBytes); !checked)
    return fail(std::move(checked.error()));
  const std::string_view text = *request.header("Content-Length");
  std::int64_t length = 0;
  std::from_chars(text.data(), text.data() + text.size(), length);
  if (length == 0) return fail(Error::field("/body", "required"));
  return length;
}

struct Received {
  files::Upload upload;
  std::string_view media_type;
};

// By its content alone, where the name is to be made from the type.
std::string_view detect_type(std::string_view head) {
  for (const std::string_view type : kTypes) {
    if (files::detect_type(head, files::with_extension("file", type)) == type) return type;
  }
  return files::kUnknownType;
}

// The body, safe in the folder. kUnsupportedMediaType when it is none of `types`, not what its name says (if it has
// one), or begins as a picture and is none.
Task<Result<Received>> receive(edge::KeyContext* context, std::optional<std::string> name,
                               std::span<const std::string_view> types) {
  const Result<http::BodyFile> body = co_await context->body.receive();
  if (!body) co_return fail(body.error());
  Result<files::Upload> upload = co_await context->services.uploads->keep(*body);
  if (!upload) co_return fail(std::move(upload.error()));
  const std::string_view head = upload->content().head;
  const std::string_view media_type = name ? files::detect_type(head, *name) : detect_type(head);
  if (std::ranges::find(types, media_type) == types.end() || upload->content().is_broken_picture)
    co_return fail(ErrorCode::kUnsupportedMediaType);
  co_return Received{std::move(*upload), media_type};
}

struct JobPlace {
  std::string external_id;
  std::string group;
  std::string key;
  std::int32_t position = 1;
  std::string name;
};

enum class Name : bool { kNone, kRequired };

Result<JobPlace> parse_place(std::string_view text, Name name) {
  Result<http::QueryReader> query = http::QueryReader::parse(text);
  if (!query) return fail(std::move(query.error()));
  JobPlace place;
  const std::optional<std::string> external_id = query->text("external_id", kExternalId);
  const std::optional<std::string> field = query->text("field", kFieldName);
  const std::optional<std::int64_t> position = query->integer("position", 1, kMostFiles);
  std::optional<std::string> file_name;
  if (name == Name::kRequired) file_name = query->text("name", kFileName);
  if (file_name && json::has_control(*file_name)) query->add_error("name", "invalid_text");
  if (field) {
    const std::size_t dot = field->find('.');
    place.group = field->substr(0, dot);
    if (dot != std::string::npos) place.key = field->substr(dot + 1);
    if (place.group != "custom" && place.group != "report") query->add_error("field", "invalid_choice");
  }
  if (Result<void> valid = query->finish(); !valid) return fail(std::move(valid.error()));
  if (!external_id) return fail(Error::query_parameter("external_id", "required"));
  if (!field) return fail(Error::query_parameter("field", "required"));
  if (name == Name::kRequired && !file_name) return fail(Error::query_parameter("name", "required"));
  place.external_id = *external_id;
  place.position = static_cast<std::int32_t>(position.value_or(1));
  place.name = file_name.value_or("");
  return place;
}

Result<std::string> parse_external_id(std::string_view text) {
  Result<http::QueryReader> query = http::QueryReader::parse(text);
  if (!query) return fail(std::move(query.error()));
  const std::optional<std::string> external_id = query->text("external_id", kExternalId);
  if (Result<void> valid = query->finish(); !valid) return fail(std::move(valid.error()));
  if (!external_id) return fail(Error::query_parameter("external_id", "required"));
  return *external_id;
}

http::Response body_of(const pg::Rows& rows) {
  return http::Response::json(std::string(sql::ReadImportedDocumentRow::decode(rows[0]).body));
}

// What has one file: the statements that find it, fill it and read it back, and what its file is called, if that
// decides about the type.
struct DocumentFile {
  using Row = sql::FindDocumentToFillRow;
  static constexpr auto find = sql::find_document_to_fill;
  static constexpr auto read = sql::read_imported_document;

  static std::optional<std::string> name_of(const Row& row) { return std::string(row.name); }
  static pg::Query fill(std::int64_t account_id, std::string_view external_id, const Row& row,
                        std::string_view media_type, const files::Content& content) {
    return sql::fill_document(account_id, external_id, row.client_id, row.name, media_type, content.bytes, content.hash,
                              content.is_active);
  }
};

template <auto find_, class Row_, auto fill_, auto read_>
struct NumberedFile {
  using Row = Row_;
  static constexpr auto find = find_;
  static constexpr auto read = read_;

  static std::optional<std::string> name_of(const Row& /*row*/) { return std::nullopt; }
  static pg::Query fill(std::int64_t account_id, std::string_view external_id, const Row& row,
                        std::string_view media_type, const files::Content& content) {
    return fill_(account_id, external_id, row.client_id, media_type, content.bytes, content.hash, content.is_active);
  }
};

template <class Filled>
Task<Result<http::Response>> fill(edge::KeyContext context) {
  const Result<std::string> external_id = parse_external_id(context.request.query);
  if (!external_id) co_return fail(external_id.error());
  const Result<std::int64_t> length = length_of(context.request);
  if (!length) co_return fail(length.error());
  const std::int64_t account_id = context.key.account_id;
  const Result<pg::Rows> found = co_await ask(&context.database, Filled::find(account_id, *external_id, *length));
  if (!found) co_return fail(found.error());
  const auto row = Filled::Row::decode((*found)[0]);
  if (!row.has_room) co_return fail(ErrorCode::kQuotaExceeded);

  Result<Received> received = co_await receive(&context, Filled::name_of(row), kTypes);
  if (!received) co_return fail(std::move(received.error()));
  std::vector<pg::Query> queries;
  queries.push_back(sql::lock_files_for_row(account_id));
  queries.push_back(Filled::fill(account_id, *external_id, row, received->media_type, received->upload.content()));
  queries.push_back(sql::require_room_for_files(account_id));
  queries.push_back(Filled::read(account_id, *external_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.services.uploads->complete(
      std::move(received->upload), context.database.write(std::move(queries)));
  if (!rows) co_return fail(rows.error());
  co_return body_of(rows->back());
}

}  // namespace

Task<Result<http::Response>> fill_document(edge::KeyContext context) { return fill<DocumentFile>(context); }

Task<Result<http::Response>> fill_invoice(edge::KeyContext context) {
  return fill<NumberedFile<sql::find_invoice_to_fill, sql::FindInvoiceToFillRow, sql::fill_invoice,
                           sql::read_imported_invoice>>(context);
}

Task<Result<http::Response>> fill_quote(edge::KeyContext context) {
  return fill<
      NumberedFile<sql::find_quote_to_fill, sql::FindQuoteToFillRow, sql::fill_quote, sql::read_imported_quote>>(
      context);
}

Task<Result<http::Response>> fill_job_file(edge::KeyContext context) {
  const Result<JobPlace> place = parse_place(context.request.query, Name::kRequired);
  if (!place) co_return fail(place.error());
  const Result<std::int64_t> length = length_of(context.request);
  if (!length) co_return fail(length.error());
  const std::int64_t account_id = context.key.account_id;
  const Result<pg::Rows> found = co_await ask(
      &context.database, sql::find_job_to_fill(account_id, place->external_id, place->group, place->key, *length));
  if (!found) co_return fail(found.error());
  const auto job = sql::FindJobToFillRow::decode((*found)[0]);
  if (!job.has_room) co_return fail(ErrorCode::kQuotaExceeded);
  if ((job.type == "photo" && place->position > kMostPhotos) || (job.type == "signature" && place->position > 1))
    co_return fail(Error::query_parameter("position", "out_of_range"));
  const std::span<const std::string_view> types = job.type == "file" ? std::span(kTypes) : kPictures;

  Result<Received> received = co_await receive(&context, place->name, types);
  if (!received) co_return fail(std::move(received.error()));
  const files::Content& content = received->upload.content();
  // What may only be saved has no place on the page of a job, which shows its files; as a document it may be sent.
  if (content.is_active) co_return fail(ErrorCode::kUnsupportedMediaType);
  std::vector<pg::Query> queries;
  queries.push_back(sql::lock_files_for_row(account_id));
  queries.push_back(sql::fill_job_file(account_id, place->external_id, job.client_id, place->group, place->key,
                                       place->position, place->name, received->media_type, content.bytes,
                                       content.hash));
  queries.push_back(sql::require_room_for_files(account_id));
  queries.push_back(sql::list_files_of_imported_job(account_id, place->external_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.services.uploads->complete(
      std::move(received->upload), context.database.write(std::move(queries)));
  if (!rows) co_return fail(rows.error());
  co_return body_of(rows->back());
}

Task<Result<http::Response>> remove_job_file(edge::KeyContext context) {
  const Result<JobPlace> place = parse_place(context.request.query, Name::kNone);
  if (!place) co_return fail(place.error());
  std::vector<pg::Query> queries;
  queries.push_back(
      sql::remove_job_file(context.key.account_id, place->external_id, place->group, place->key, place->position));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return http::Response::no_content();
}

Task<Result<http::Response>> list_job_files(edge::KeyContext context) {
  const Result<std::string> external_id = parse_external_id(context.request.query);
  if (!external_id) co_return fail(external_id.error());
  const Result<pg::Rows> rows =
      co_await ask(&context.database, sql::list_files_of_imported_job(context.key.account_id, *external_id));
  if (!rows) co_return fail(rows.error());
  co_return body_of(*rows);
}

}  // namespace portal::features::import
