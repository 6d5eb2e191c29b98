#include <algorithm>
#include <utility>
#include <vector>

#include "crypto/cursor.hpp"
#include "edge/services.hpp"
#include "features/clients/handlers.hpp"
#include "features/clients/render.hpp"
#include "http/query.hpp"
#include "sql/clients.hpp"

namespace portal::features::clients {
namespace {

constexpr std::int64_t kMaximumLimit = 100;
constexpr std::size_t kSearchLength = 100;   // code points
constexpr std::size_t kCursorLength = 1024;  // longer is not even looked at

struct ListQuery {
  std::optional<std::string> text;
  std::int64_t limit = 20;
  std::optional<std::string> cursor;
};

// Where a page ended: at a client, and in a search what it was found by.
struct Position {
  std::int64_t client_id;
  std::optional<std::int32_t> driver;
  std::optional<std::int32_t> place;
  std::optional<std::int32_t> turn;
};

struct Page {
  std::string items;  // the members of the list, from the first bracket on
  std::optional<Position> next;
};

Result<ListQuery> parse_list_query(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  ListQuery list;
  list.text = reader->text("q", {.minimum = 0, .maximum = kSearchLength});
  list.limit = reader->integer("limit", 1, kMaximumLimit).value_or(list.limit);
  list.cursor = reader->text("cursor", {.maximum = kCursorLength});
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  if (list.text && list.text->empty()) list.text.reset();
  return list;
}

crypto::Context cursor_context(const ListQuery& list, const access::Staff& staff) {
  crypto::Context context("staff clients");
  context.add(staff.account_id).add(std::int64_t{list.text.has_value()}).add(list.text.value_or(""));
  return context;
}

Result<std::optional<Position>> open_position(const ListQuery& list, const access::Staff& staff,
                                              const crypto::Keyring& keys) {
  if (!list.cursor) return std::nullopt;
  const Result<crypto::Keyset> keyset = crypto::open_cursor(*list.cursor, 4, cursor_context(list, staff), keys);
  if (!keyset || !(*keyset)[0] || (*keyset)[1].has_value() != list.text.has_value() ||
      (*keyset)[2].has_value() != list.text.has_value() || (*keyset)[3].has_value() != list.text.has_value()) {
    Error error = Error::of(ErrorCode::kInvalidCursor);
    error.fields.push_back({"/query/cursor", "invalid_text"});
    return fail(std::move(error));
  }
  const auto narrow = [](std::int64_t number) { return static_cast<std::int32_t>(number); };
  return Position{*(*keyset)[0], (*keyset)[1].transform(narrow), (*keyset)[2].transform(narrow),
                  (*keyset)[3].transform(narrow)};
}

pg::Query page_statement(const ListQuery& list, std::int64_t account_id, const std::optional<Position>& after) {
  // One more than is shown says whether there is a next page.
  const auto row_limit = static_cast<std::int32_t>(list.limit + 1);
  const auto client_id = after.transform([](const Position& position) { return position.client_id; });
  if (!list.text) return sql::list_clients(account_id, client_id, row_limit);
  return sql::find_clients_of_staff(account_id, *list.text, after ? after->driver : std::nullopt,
                                    after ? after->place : std::nullopt, client_id, after ? after->turn : std::nullopt,
                                    row_limit);
}

// Letters of other scripts may be words of their own; nobody else waits for them.
bool is_one_word(std::string_view text) {
  return std::ranges::all_of(text, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
  });
}

std::string render_list(const pg::Rows& rows, std::int64_t limit, std::optional<Position>& next) {
  json::Writer writer;
  writer.begin_array();
  const int shown = std::min(rows.size(), static_cast<int>(limit));
  for (int index = 0; index < shown; ++index) {
    const sql::ListClientsRow row = sql::ListClientsRow::decode(rows[index]);
    write_listed_client(writer, row);
    if (index + 1 == shown && rows.size() > shown)
      next = Position{row.client_id, std::nullopt, std::nullopt, std::nullopt};
  }
  return writer.end_array().take();
}

// A search that was not through when it had looked at enough says where it goes on, and the page is shorter.
std::string render_found(const pg::Rows& rows, std::int64_t limit, std::optional<Position>& next) {
  json::Writer writer;
  writer.begin_array();
  for (int index = 0; index < rows.size(); ++index) {
    const sql::FindClientsOfStaffRow row = sql::FindClientsOfStaffRow::decode(rows[index]);
    if (!row.goes_on) write_listed_client(writer, row);
    const bool is_last = index + 1 == static_cast<int>(limit) && rows.size() > index + 1;
    if (row.goes_on || is_last) {
      next = Position{row.client_id, row.driver, row.place, row.turn};
      break;
    }
  }
  return writer.end_array().take();
}

}  // namespace

Task<Result<http::Response>> list_clients(edge::StaffContext context) {
  const Result<ListQuery> list = parse_list_query(context.request.query);
  if (!list) co_return fail(list.error());
  const Result<std::optional<Position>> after = open_position(*list, context.staff, context.services.keys);
  if (!after) co_return fail(after.error());
  std::vector<pg::Query> queries;
  queries.push_back(page_statement(*list, context.staff.account_id, *after));
  // One word is found along an index, whatever it is. Several take longer, since each is looked for.
  const bool may_take_long = list->text && !is_one_word(*list->text);
  const Result<std::vector<pg::Rows>> rows = may_take_long ? co_await context.database.search(std::move(queries))
                                                           : co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());

  std::optional<Position> next;
  const std::string items =
      list->text ? render_found((*rows)[0], list->limit, next) : render_list((*rows)[0], list->limit, next);
  std::optional<std::string> cursor;
  if (next) {
    cursor = crypto::sign_cursor({next->client_id, next->driver, next->place, next->turn},
                                 cursor_context(*list, context.staff), context.services.keys);
  }
  json::Writer writer(items.size() + 256);
  writer.begin_object().key("items").raw(items).member("next_cursor", cursor).end_object();
  co_return http::Response::json(writer.take());
}

}  // namespace portal::features::clients
