#include <array>
#include <limits>

#include "crypto/cursor.hpp"
#include "edge/services.hpp"
#include "features/members/handlers.hpp"
#include "features/members/render.hpp"
#include "http/query.hpp"
#include "sql/members.hpp"

namespace portal::features::members {
namespace {

constexpr std::int64_t kMaximumLimit = 100;
constexpr std::size_t kSearchLength = 100;   // code points
constexpr std::size_t kCursorLength = 1024;  // longer is not even looked at

constexpr std::array kStates = {
    Choice<std::string_view>{"queued", "queued"},   Choice<std::string_view>{"sent", "sent"},
    Choice<std::string_view>{"failed", "failed"},   Choice<std::string_view>{"accepted", "accepted"},
    Choice<std::string_view>{"expired", "expired"}, Choice<std::string_view>{"cancelled", "cancelled"},
    Choice<std::string_view>{"removed", "removed"},
};
constexpr std::array kChannels = {Choice<std::string_view>{"email", "email"}, Choice<std::string_view>{"sms", "sms"}};

struct ListQuery {
  std::optional<std::int64_t> client_id;
  std::optional<std::string_view> state;
  std::optional<std::string_view> channel;
  std::optional<std::string> text;
  std::int64_t limit = 20;
  std::optional<std::string> cursor;
};

// Where a page ended; the beginning is before everything.
struct Position {
  std::optional<pg::Timestamp> invited_at;
  std::int64_t membership_id = std::numeric_limits<std::int64_t>::max();
};

Result<ListQuery> parse_list_query(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  ListQuery list;
  list.client_id = reader->id("client_id");
  list.state = reader->choice("state", kStates);
  list.channel = reader->choice("channel", kChannels);
  list.text = reader->text("q", {.minimum = 0, .maximum = kSearchLength});
  list.limit = reader->integer("limit", 1, kMaximumLimit).value_or(list.limit);
  list.cursor = reader->text("cursor", {.maximum = kCursorLength});
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  if (list.text && list.text->empty()) list.text.reset();
  return list;
}

crypto::Context cursor_context(const ListQuery& list, const access::Staff& staff) {
  crypto::Context context("staff members");
  context.add(staff.account_id).add(list.client_id.value_or(0)).add(list.state.value_or(""));
  return context.add(list.channel.value_or("")).add(list.text.value_or(""));
}

Result<Position> open_position(const ListQuery& list, const access::Staff& staff, const crypto::Keyring& keys) {
  if (!list.cursor) return Position{};
  const Result<crypto::Keyset> keyset = crypto::open_cursor(*list.cursor, 2, cursor_context(list, staff), keys);
  if (!keyset || !(*keyset)[0] || !(*keyset)[1]) {
    Error error = Error::of(ErrorCode::kInvalidCursor);
    error.fields.push_back({"/query/cursor", "invalid_text"});
    return fail(std::move(error));
  }
  return Position{pg::Timestamp(std::chrono::microseconds(*(*keyset)[0])), *(*keyset)[1]};
}

}  // namespace

Task<Result<http::Response>> list_members(edge::StaffContext context) {
  const Result<ListQuery> list = parse_list_query(context.request.query);
  if (!list) co_return fail(list.error());
  const Result<Position> after = open_position(*list, context.staff, context.services.keys);
  if (!after) co_return fail(after.error());
  std::vector<pg::Query> queries;
  // One more than is shown says whether there is a next page.
  queries.push_back(sql::list_members(context.staff.account_id, list->client_id, list->state, list->channel, list->text,
                                      after->invited_at, after->membership_id,
                                      static_cast<std::int32_t>(list->limit + 1)));
  // What became of an invitation is worked out row by row, which the reads of others do not wait for.
  const bool reads_all = list->state || list->channel || list->text;
  const Result<std::vector<pg::Rows>> rows = reads_all ? co_await context.database.search(std::move(queries))
                                                       : co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());

  const pg::Rows& found = rows->front();
  const int shown = std::min(found.size(), static_cast<int>(list->limit));
  std::optional<std::string> next_cursor;
  json::Writer writer(128 + static_cast<std::size_t>(shown) * 600);
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < shown; ++index) {
    const sql::ListMembersRow row = sql::ListMembersRow::decode(found[index]);
    write_member(writer, row);
    if (index + 1 == shown && found.size() > shown) {
      next_cursor = crypto::sign_cursor({row.invited_at.time_since_epoch().count(), row.membership_id},
                                        cursor_context(*list, context.staff), context.services.keys);
    }
  }
  co_return http::Response::json(writer.end_array().member("next_cursor", next_cursor).end_object().take());
}

}  // namespace portal::features::members
