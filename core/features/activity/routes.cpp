#include "features/activity/routes.hpp"

#include <array>

#include "edge/services.hpp"
#include "features/activity/list_query.hpp"
#include "json/writer.hpp"
#include "sql/activity.hpp"

namespace portal::features {
namespace {

void write_named(json::Writer& writer, std::string_view name, std::optional<std::int64_t> id,
                 std::optional<std::string_view> text) {
  writer.key(name);
  if (!id) {
    writer.null();
    return;
  }
  writer.begin_object().id_member("id", *id).member("name", text).end_object();
}

void write_id(json::Writer& writer, std::optional<std::int64_t> id) {
  writer.key("id");
  if (id) {
    writer.id(*id);
  } else {
    writer.null();
  }
}

// The schema Activity of docs/openapi.yaml.
void write_activity(json::Writer& writer, const sql::ListActivityRow& row) {
  writer.begin_object().id_member("id", row.activity_id).member("at", row.at);
  writer.key("actor").begin_object().member("kind", row.actor_kind);
  write_id(writer, row.actor_id);
  writer.member("name", row.actor_name).end_object().member("action", row.action);
  write_named(writer, "client", row.client_id, row.client_name);
  write_named(writer, "member", row.membership_id, row.member_name);
  writer.key("subject");
  if (row.subject_kind) {
    writer.begin_object().member("kind", row.subject_kind);
    write_id(writer, row.subject_id);
    writer.member("name", row.subject_name).end_object();
  } else {
    writer.null();
  }
  writer.key("details").raw(row.details).end_object();
}

Task<Result<http::Response>> list_activity(edge::StaffContext context) {
  const Result<activity::ListQuery> list = activity::parse_list_query(context.request.query);
  if (!list) co_return fail(list.error());
  const std::int64_t account_id = context.account.id;
  const Result<std::optional<std::int64_t>> before = activity::open_position(*list, account_id, context.services.keys);
  if (!before) co_return fail(before.error());
  std::vector<pg::Query> queries;
  // One more than is shown says whether there is a next page.
  queries.push_back(sql::list_activity(account_id, list->actor_kind, list->actor_id, list->action, list->client_id,
                                       list->from, list->until, *before, static_cast<std::int32_t>(list->limit + 1)));
  // With a rare filter much is read, which the reads of others do not wait for.
  const Result<std::vector<pg::Rows>> rows = co_await context.database.search(std::move(queries));
  if (!rows) co_return fail(rows.error());

  const pg::Rows& found = rows->front();
  const int shown = std::min(found.size(), static_cast<int>(list->limit));
  json::Writer writer(64 + static_cast<std::size_t>(shown) * 400);
  writer.begin_object().key("items").begin_array();
  std::int64_t last = 0;
  for (int index = 0; index < shown; ++index) {
    const sql::ListActivityRow row = sql::ListActivityRow::decode(found[index]);
    write_activity(writer, row);
    last = row.activity_id;
  }
  writer.end_array();
  std::optional<std::string> next_cursor;
  if (found.size() > shown) next_cursor = activity::sign_position(last, *list, account_id, context.services.keys);
  co_return http::Response::json(writer.member("next_cursor", next_cursor).end_object().take());
}

constexpr std::array kRoutes = {
    edge::Route::for_staff(http::Method::kGet, "/staff/activity", "list_activity", access::StaffRole::kViewer,
                           list_activity),
};

}  // namespace

std::span<const edge::Route> activity_routes() { return kRoutes; }

}  // namespace portal::features
