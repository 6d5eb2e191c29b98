#include "features/jobs/list_query.hpp"

#include <span>
#include <utility>

#include "http/query.hpp"

namespace portal::features::jobs {
namespace {

constexpr std::int64_t kMaximumLimit = 100;
constexpr std::size_t kSearchLength = 100;   // code points
constexpr std::size_t kCursorLength = 1024;  // longer is not even looked at

constexpr std::array kSorts = {
    Choice<Sort>{"scheduled_at", Sort::kScheduledAt},
    Choice<Sort>{"-scheduled_at", Sort::kScheduledAtDescending},
    Choice<Sort>{"number", Sort::kNumber},
    Choice<Sort>{"-number", Sort::kNumberDescending},
};

// What is over is read from the newest back, everything else from what comes next.
Sort default_sort(std::optional<State> state) {
  const bool is_over = state == State::kFinished || state == State::kCancelled;
  return is_over ? Sort::kScheduledAtDescending : Sort::kScheduledAt;
}

// A part that is absent must not look like one that is empty or zero.
template <class Part>
void add_optional(crypto::Context& context, const std::optional<Part>& part) {
  context.add(std::int64_t{part.has_value()});
  if (part) context.add(*part);
}

std::optional<std::string_view> word_of_optional(const auto& value) {
  return value ? std::optional(word_of(*value)) : std::nullopt;
}

std::optional<std::int64_t> days_of(std::optional<Date> date) {
  return date ? std::optional<std::int64_t>(date->time_since_epoch().count()) : std::nullopt;
}

crypto::Context cursor_context(const ListQuery& list, const access::Member& member) {
  crypto::Context context("jobs");
  context.add(member.account_id).add(member.membership_id).add(word_of(list.sort));
  add_optional(context, word_of_optional(list.state));
  add_optional(context, word_of_optional(list.assignment));
  add_optional(context, list.site_id);
  add_optional(context, days_of(list.from));
  add_optional(context, days_of(list.to));
  add_optional(context, list.text);
  return context;
}

}  // namespace

std::string_view word_of(Sort sort) noexcept { return kSorts[std::to_underlying(sort)].word; }

Result<ListQuery> parse_list_query(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  ListQuery list;
  list.state = reader->choice("state", std::span<const Choice<State>>(kStates));
  list.assignment = reader->choice("assignment", std::span<const Choice<Assignment>>(kAssignments));
  list.site_id = reader->id("site");
  list.from = reader->date("from");
  list.to = reader->date("to");
  if (list.from && list.to && *list.to < *list.from) reader->add_error("to", "before_from");
  list.text = reader->text("q", {.maximum = kSearchLength});
  list.sort = reader->choice("sort", std::span<const Choice<Sort>>(kSorts)).value_or(default_sort(list.state));
  list.limit = reader->integer("limit", 1, kMaximumLimit).value_or(list.limit);
  list.cursor = reader->text("cursor", {.maximum = kCursorLength});
  list.counts = reader->boolean("counts").value_or(false);
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  return list;
}

std::string sign_position(const Position& position, const ListQuery& list, const access::Member& member,
                          const crypto::Keyring& keys) {
  return crypto::sign_cursor({position.value, position.job_id}, cursor_context(list, member), keys);
}

Result<std::optional<Position>> open_position(const ListQuery& list, const access::Member& member,
                                              const crypto::Keyring& keys) {
  if (!list.cursor) return std::nullopt;
  Result<crypto::Keyset> keyset = crypto::open_cursor(*list.cursor, 2, cursor_context(list, member), keys);
  if (!keyset || !(*keyset)[1]) {
    Error error = keyset ? Error::of(ErrorCode::kInvalidCursor) : std::move(keyset.error());
    error.fields.push_back({"/query/cursor", "invalid_text"});
    return fail(std::move(error));
  }
  return Position{(*keyset)[0], *(*keyset)[1]};
}

}  // namespace portal::features::jobs
