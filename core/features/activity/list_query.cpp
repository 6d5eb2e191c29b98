#include "features/activity/list_query.hpp"

#include <algorithm>
#include <array>

#include "base/ids.hpp"
#include "http/query.hpp"

namespace portal::features::activity {
namespace {

constexpr std::int64_t kMaximumLimit = 100;
constexpr std::size_t kWordLength = 50;
constexpr std::size_t kCursorLength = 1024;  // longer is not even looked at

constexpr std::array<std::string_view, 5> kKinds = {"staff", "member", "key", "courier", "system"};

void take_actor(http::QueryReader& reader, ListQuery& list) {
  const std::optional<std::string> actor = reader.text("actor", {.maximum = kWordLength});
  if (!actor) return;
  const std::size_t colon = actor->find(':');
  list.actor_kind = actor->substr(0, colon);
  if (colon != std::string::npos) list.actor_id = parse_id(std::string_view(*actor).substr(colon + 1));
  const bool known = std::ranges::find(kKinds, *list.actor_kind) != kKinds.end();
  if (!known || (colon != std::string::npos && !list.actor_id)) reader.add_error("actor", "invalid_choice");
}

std::int64_t number_of(const std::optional<Date>& date) { return date ? date->time_since_epoch().count() : -1; }

crypto::Context cursor_context(const ListQuery& list, std::int64_t account_id) {
  crypto::Context context("activity");
  context.add(account_id).add(list.actor_kind.value_or("")).add(list.actor_id.value_or(0));
  context.add(list.action.value_or("")).add(list.client_id.value_or(0));
  context.add(number_of(list.from)).add(number_of(list.until));
  return context;
}

Error invalid_cursor() {
  Error error = Error::of(ErrorCode::kInvalidCursor);
  error.fields.push_back({"/query/cursor", "invalid_text"});
  return error;
}

}  // namespace

Result<ListQuery> parse_list_query(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  ListQuery list;
  take_actor(*reader, list);
  list.action = reader->text("action", {.maximum = kWordLength});
  list.client_id = reader->id("client_id");
  list.from = reader->date("from");
  list.until = reader->date("to");
  if (list.from && list.until && *list.until < *list.from) reader->add_error("to", "out_of_range");
  list.limit = reader->integer("limit", 1, kMaximumLimit).value_or(list.limit);
  list.cursor = reader->text("cursor", {.maximum = kCursorLength});
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  return list;
}

std::string sign_position(std::int64_t activity_id, const ListQuery& list, std::int64_t account_id,
                          const crypto::Keyring& keys) {
  return crypto::sign_cursor({activity_id}, cursor_context(list, account_id), keys);
}

Result<std::optional<std::int64_t>> open_position(const ListQuery& list, std::int64_t account_id,
                                                  const crypto::Keyring& keys) {
  if (!list.cursor) return std::nullopt;
  const Result<crypto::Keyset> keyset = crypto::open_cursor(*list.cursor, 1, cursor_context(list, account_id), keys);
  if (!keyset || !(*keyset)[0]) return fail(invalid_cursor());
  return (*keyset)[0];
}

}  // namespace portal::features::activity
