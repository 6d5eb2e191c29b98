#include "features/documents/list_query.hpp"

#include <array>
#include <utility>

#include "http/query.hpp"

namespace portal::features::documents {
namespace {

constexpr std::int64_t kMaximumLimit = 100;
constexpr std::size_t kSearchLength = 100;   // code points
constexpr std::size_t kCursorLength = 1024;  // longer is not even looked at

constexpr std::array kSorts = {
    Choice<Sort>{"created_at", Sort::kCreatedAt},
    Choice<Sort>{"-created_at", Sort::kCreatedAtDescending},
    Choice<Sort>{"name", Sort::kName},
    Choice<Sort>{"-name", Sort::kNameDescending},
};

crypto::Context cursor_context(const ListQuery& list, const access::Member& member) {
  crypto::Context context("documents");
  context.add(member.account_id).add(member.membership_id).add(kSorts[std::to_underlying(list.sort)].word);
  // An absent search is not an empty one.
  context.add(std::int64_t{list.text.has_value()}).add(list.text.value_or(""));
  return context;
}

}  // namespace

Result<ListQuery> parse_list_query(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  ListQuery list;
  list.text = reader->text("q", {.maximum = kSearchLength});
  list.sort = reader->choice("sort", kSorts).value_or(list.sort);
  list.limit = reader->integer("limit", 1, kMaximumLimit).value_or(list.limit);
  list.cursor = reader->text("cursor", {.maximum = kCursorLength});
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  return list;
}

std::string sign_position(const Position& position, const ListQuery& list, const access::Member& member,
                          const crypto::Keyring& keys) {
  return crypto::sign_cursor({position.created_at, position.document_id}, cursor_context(list, member), keys);
}

Result<std::optional<Position>> open_position(const ListQuery& list, const access::Member& member,
                                              const crypto::Keyring& keys) {
  if (!list.cursor) return std::nullopt;
  const Result<crypto::Keyset> keyset = crypto::open_cursor(*list.cursor, 2, cursor_context(list, member), keys);
  if (!keyset || !(*keyset)[1] || (*keyset)[0].has_value() == list.by_name()) return fail(invalid_cursor());
  return Position{(*keyset)[0], *(*keyset)[1]};
}

Error invalid_cursor() {
  Error error = Error::of(ErrorCode::kInvalidCursor);
  error.fields.push_back({"/query/cursor", "invalid_text"});
  return error;
}

}  // namespace portal::features::documents
