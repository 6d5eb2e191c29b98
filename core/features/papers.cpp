#include "features/papers.hpp"

#include <utility>

#include "files/media_type.hpp"
#include "http/query.hpp"
#include "json/reader.hpp"

namespace portal::features {
namespace {

constexpr std::int64_t kMaximumLimit = 100;
constexpr std::size_t kSearchLength = 100;   // code points
constexpr std::size_t kCursorLength = 1024;  // longer is not even looked at

// What both ask.
PaperQuery take_list(http::QueryReader& reader, PaperKinds kinds) {
  PaperQuery list;
  list.kind = reader.choice("state", kinds);
  list.limit = reader.integer("limit", 1, kMaximumLimit).value_or(list.limit);
  list.cursor = reader.text("cursor", {.maximum = kCursorLength});
  return list;
}

}  // namespace

Result<PaperQuery> parse_member_query(std::string_view query, PaperKinds kinds) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  PaperQuery list = take_list(*reader, kinds);
  list.counts = reader->boolean("counts").value_or(false);
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  return list;
}

Result<PaperQuery> parse_staff_query(std::string_view query, PaperKinds kinds) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  PaperQuery list = take_list(*reader, kinds);
  list.client_id = reader->id("client_id");
  list.text = reader->text("q", {.maximum = kSearchLength});
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  return list;
}

crypto::Context with_filters(crypto::Context context, const PaperQuery& list) {
  context.add(list.kind.value_or("")).add(list.client_id.value_or(0));
  // An absent search is not an empty one.
  context.add(std::int64_t{list.text.has_value()}).add(list.text.value_or(""));
  return context;
}

std::string sign_position(const PaperPosition& position, const crypto::Context& context, const crypto::Keyring& keys) {
  return crypto::sign_cursor({position.issued_on.time_since_epoch().count(), position.id}, context, keys);
}

Result<std::optional<PaperPosition>> open_position(const PaperQuery& list, const crypto::Context& context,
                                                   const crypto::Keyring& keys) {
  if (!list.cursor) return std::nullopt;
  const Result<crypto::Keyset> keyset = crypto::open_cursor(*list.cursor, 2, context, keys);
  if (!keyset || !(*keyset)[0] || !(*keyset)[1]) {
    Error error = Error::of(ErrorCode::kInvalidCursor);
    error.fields.push_back({"/query/cursor", "invalid_text"});
    return fail(std::move(error));
  }
  return PaperPosition{Date(std::chrono::days(*(*keyset)[0])), *(*keyset)[1]};
}

Result<bool> read_visible(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  const bool visible = body.boolean("visible");
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return visible;
}

void write_money(json::Writer& writer, std::int64_t amount, std::string_view currency) {
  writer.begin_object().member("amount", amount).member("currency", currency).end_object();
}

void write_linked_job(json::Writer& writer, std::optional<std::int64_t> job_id, std::optional<std::int64_t> number) {
  writer.key("job");
  if (!job_id) {
    writer.null();
    return;
  }
  // Numbers of jobs are texts in the API, as ids are.
  writer.begin_object().id_member("id", *job_id).key("number").id(number.value_or(0)).end_object();
}

void write_file(json::Writer& writer, const std::optional<PaperFile>& file) {
  writer.key("file");
  if (!file) {
    writer.null();
    return;
  }
  // What the answer with its bytes will say, whatever is stored.
  const std::string_view type = files::served_type(file->media_type).media_type;
  writer.begin_object().member("name", files::with_extension(file->number, type)).member("type", type);
  writer.member("size", file->bytes).member("url", file->url).end_object();
}

}  // namespace portal::features
