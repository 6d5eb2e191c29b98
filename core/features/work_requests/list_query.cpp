#include "features/work_requests/list_query.hpp"

#include <array>

#include "http/query.hpp"

namespace portal::features::work_requests {
namespace {

constexpr std::int64_t kMaximumLimit = 100;
constexpr std::size_t kSearchLength = 100;   // code points
constexpr std::size_t kCursorLength = 1024;  // longer is not even looked at

// The open ones first.
constexpr std::array<std::string_view, 6> kStates = {"submitted", "acknowledged", "scheduled",
                                                     "completed", "declined",     "cancelled"};

struct Group {
  std::string_view word;
  std::span<const std::string_view> states;
};

constexpr Group kAll = {.word = "", .states = kStates};
constexpr std::array kGroups = {
    Choice<Group>{"open", {"open", std::span(kStates).first(3)}},
    Choice<Group>{"closed", {"closed", std::span(kStates).last(3)}},
};
constexpr auto kStaffGroups = [] {
  std::array<Choice<Group>, kGroups.size() + kStates.size()> groups{kGroups[0], kGroups[1]};
  for (std::size_t index = 0; index < kStates.size(); ++index)
    groups[kGroups.size() + index] = {kStates[index], {kStates[index], std::span(kStates).subspan(index, 1)}};
  return groups;
}();

void take_states(ListQuery& list, const std::optional<Group>& group) {
  list.state = group.value_or(kAll).word;
  list.states = group.value_or(kAll).states;
}

void take_page(http::QueryReader& reader, ListQuery& list) {
  list.limit = reader.integer("limit", 1, kMaximumLimit).value_or(list.limit);
  list.cursor = reader.text("cursor", {.maximum = kCursorLength});
}

crypto::Context with_filters(crypto::Context context, const ListQuery& list) {
  context.add(list.state).add(list.client_id.value_or(0));
  // An absent search is not an empty one.
  context.add(std::int64_t{list.text.has_value()}).add(list.text.value_or(""));
  return context;
}

}  // namespace

Result<ListQuery> parse_list_query(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  ListQuery list;
  take_states(list, reader->choice("state", kGroups));
  take_page(*reader, list);
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  return list;
}

Result<ListQuery> parse_staff_list_query(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  ListQuery list;
  take_states(list, reader->choice("state", kStaffGroups));
  list.client_id = reader->id("client_id");
  list.text = reader->text("q", {.maximum = kSearchLength});
  list.counts = reader->boolean("counts").value_or(false);
  take_page(*reader, list);
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  return list;
}

std::string sign_position(const Position& position, const ListQuery& list, crypto::Context context,
                          const crypto::Keyring& keys) {
  const std::int64_t time = position.created_at ? position.created_at->time_since_epoch().count() : 0;
  return crypto::sign_cursor({time, position.work_request_id}, with_filters(std::move(context), list), keys);
}

Result<Position> open_position(const ListQuery& list, crypto::Context context, const crypto::Keyring& keys) {
  if (!list.cursor) return Position{};
  const Result<crypto::Keyset> keyset =
      crypto::open_cursor(*list.cursor, 2, with_filters(std::move(context), list), keys);
  if (!keyset || !(*keyset)[0] || !(*keyset)[1]) {
    Error error = Error::of(ErrorCode::kInvalidCursor);
    error.fields.push_back({"/query/cursor", "invalid_text"});
    return fail(std::move(error));
  }
  return Position{pg::Timestamp(std::chrono::microseconds(*(*keyset)[0])), *(*keyset)[1]};
}

}  // namespace portal::features::work_requests
