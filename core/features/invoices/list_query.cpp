#include "features/invoices/list_query.hpp"

#include <array>
#include <chrono>
#include <utility>

#include "http/query.hpp"

namespace portal::features::invoices {
namespace {

constexpr std::int64_t kMaximumLimit = 100;
constexpr std::size_t kSearchLength = 100;   // code points
constexpr std::size_t kCursorLength = 1024;  // longer is not even looked at

constexpr std::array kKinds = {
    Choice<std::string_view>{"open", "open"},
    Choice<std::string_view>{"paid", "paid"},
    Choice<std::string_view>{"void", "void"},
};

// What both ask.
ListQuery take_list(http::QueryReader& reader) {
  ListQuery list;
  list.kind = reader.choice("state", kKinds);
  list.limit = reader.integer("limit", 1, kMaximumLimit).value_or(list.limit);
  list.cursor = reader.text("cursor", {.maximum = kCursorLength});
  return list;
}

}  // namespace

Result<ListQuery> parse_member_query(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  ListQuery list = take_list(*reader);
  list.counts = reader->boolean("counts").value_or(false);
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  return list;
}

Result<ListQuery> parse_staff_query(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  ListQuery list = take_list(*reader);
  list.client_id = reader->id("client_id");
  list.text = reader->text("q", {.maximum = kSearchLength});
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  return list;
}

crypto::Context with_filters(crypto::Context context, const ListQuery& list) {
  context.add(list.kind.value_or("")).add(list.client_id.value_or(0));
  // An absent search is not an empty one.
  context.add(std::int64_t{list.text.has_value()}).add(list.text.value_or(""));
  return context;
}

std::string sign_position(const Position& position, const crypto::Context& context, const crypto::Keyring& keys) {
  return crypto::sign_cursor({position.issued_on.time_since_epoch().count(), position.invoice_id}, context, keys);
}

Result<std::optional<Position>> open_position(const ListQuery& list, const crypto::Context& context,
                                              const crypto::Keyring& keys) {
  if (!list.cursor) return std::nullopt;
  const Result<crypto::Keyset> keyset = crypto::open_cursor(*list.cursor, 2, context, keys);
  if (!keyset || !(*keyset)[0] || !(*keyset)[1]) {
    Error error = Error::of(ErrorCode::kInvalidCursor);
    error.fields.push_back({"/query/cursor", "invalid_text"});
    return fail(std::move(error));
  }
  return Position{Date(std::chrono::days(*(*keyset)[0])), *(*keyset)[1]};
}

}  // namespace portal::features::invoices
