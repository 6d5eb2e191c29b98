// What the courier could not deliver, and what still waits.
#include <array>

#include "access/repeatable.hpp"
#include "crypto/cursor.hpp"
#include "edge/services.hpp"
#include "features/members/forms.hpp"
#include "features/members/handlers.hpp"
#include "http/query.hpp"
#include "json/writer.hpp"
#include "sql/members.hpp"

namespace portal::features::members {
namespace {

constexpr std::int64_t kMaximumLimit = 100;
constexpr std::size_t kCursorLength = 1024;
constexpr std::array kStates = {Choice<std::string_view>{"failed", "failed"},
                                Choice<std::string_view>{"queued", "queued"}};

struct ListQuery {
  std::string_view state = "failed";
  std::int64_t limit = 20;
  std::optional<std::string> cursor;
};

Result<ListQuery> parse_list_query(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  ListQuery list;
  list.state = reader->choice("state", kStates).value_or(list.state);
  list.limit = reader->integer("limit", 1, kMaximumLimit).value_or(list.limit);
  list.cursor = reader->text("cursor", {.maximum = kCursorLength});
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  return list;
}

crypto::Context cursor_context(const ListQuery& list, const access::Staff& staff) {
  crypto::Context context("staff messages");
  return context.add(staff.account_id).add(list.state);
}

Result<std::optional<std::int64_t>> open_position(const ListQuery& list, const access::Staff& staff,
                                                  const crypto::Keyring& keys) {
  if (!list.cursor) return std::nullopt;
  const Result<crypto::Keyset> keyset = crypto::open_cursor(*list.cursor, 1, cursor_context(list, staff), keys);
  if (keyset && (*keyset)[0]) return (*keyset)[0];
  Error error = Error::of(ErrorCode::kInvalidCursor);
  error.fields.push_back({"/query/cursor", "invalid_text"});
  return fail(std::move(error));
}

void write_message(json::Writer& writer, const sql::ListMessagesRow& row, std::string_view state) {
  writer.begin_object().id_member("id", row.outbox_message_id).member("kind", row.kind).member("channel", row.channel);
  writer.member("recipient", row.recipient).key("member_id");
  if (row.membership_id) {
    writer.id(*row.membership_id);
  } else {
    writer.null();
  }
  writer.member("state", state).member("attempts", row.attempts).member("created_at", row.created_at);
  writer.member("failed_at", row.failed_at).member("next_attempt_at", row.next_attempt_at);
  writer.member("reason", row.reason).member("can_retry", row.can_retry).end_object();
}

std::vector<pg::Query> nothing_to_read(std::optional<std::int64_t> /*made_id*/) { return {}; }

}  // namespace

Task<Result<http::Response>> list_messages(edge::StaffContext context) {
  const Result<ListQuery> list = parse_list_query(context.request.query);
  if (!list) co_return fail(list.error());
  const auto after = open_position(*list, context.staff, context.services.keys);
  if (!after) co_return fail(after.error());
  std::vector<pg::Query> queries;
  queries.push_back(
      sql::list_messages(context.staff.account_id, list->state, *after, static_cast<std::int32_t>(list->limit + 1)));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.search(std::move(queries));
  if (!rows) co_return fail(rows.error());
  const pg::Rows& found = rows->front();
  const int shown = std::min(found.size(), static_cast<int>(list->limit));
  std::optional<std::string> next_cursor;
  json::Writer writer;
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < shown; ++index) {
    const sql::ListMessagesRow row = sql::ListMessagesRow::decode(found[index]);
    write_message(writer, row, list->state);
    if (index + 1 == shown && found.size() > shown) {
      next_cursor =
          crypto::sign_cursor({row.outbox_message_id}, cursor_context(*list, context.staff), context.services.keys);
    }
  }
  co_return http::Response::json(writer.end_array().member("next_cursor", next_cursor).end_object().take());
}

Task<Result<http::Response>> retry_message(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> message_id = context.path.id(0);
  if (!message_id) co_return fail(message_id.error());
  if (Result<void> none = require_no_members(context.request.body); !none) co_return fail(none.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::retry_message(context.staff.account_id, *message_id));
  const Result<std::vector<pg::Rows>> rows = co_await access::write_once(context, std::move(queries), nothing_to_read);
  if (!rows) co_return fail(rows.error());
  http::Response response = http::Response::no_content();
  response.status = http::Status::kAccepted;
  co_return response;
}

}  // namespace portal::features::members
