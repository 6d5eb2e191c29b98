#include "features/me/notifications.hpp"

#include <vector>

#include "access/notification.hpp"
#include "http/query.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "sql/me.hpp"

namespace portal::features {
namespace {

Result<std::vector<std::string_view>> read_form(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  std::vector<std::string_view> chosen = body.choices("notifications", access::kNotificationChoices);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return chosen;
}

template <class Row>
Result<http::Response> render(const pg::Rows& rows, access::Permissions permissions) {
  if (rows.empty()) return fail(ErrorCode::kNotSignedIn);
  json::Writer writer;
  writer.begin_object().key("notifications").begin_array();
  for (const std::string_view name : Row::decode(rows[0]).notifications) writer.value(name);
  writer.end_array().key("available").begin_array();
  for (const access::Notification& notification : access::kNotifications) {
    if (permissions.has(notification.permission)) writer.value(notification.name);
  }
  return http::Response::json(writer.end_array().end_object().take());
}

}  // namespace

Task<Result<http::Response>> get_my_notifications(edge::MemberContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const access::Member& member = context.member;
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_my_notifications(member.account_id, member.membership_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return render<sql::GetMyNotificationsRow>(rows->front(), member.permissions);
}

Task<Result<http::Response>> put_my_notifications(edge::MemberContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::vector<std::string_view>> chosen = read_form(context.request.body);
  if (!chosen) co_return fail(chosen.error());
  const access::Member& member = context.member;
  std::vector<pg::Query> queries;
  queries.push_back(sql::put_my_notifications(member.account_id, member.membership_id, *chosen));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return render<sql::PutMyNotificationsRow>(rows->front(), member.permissions);
}

}  // namespace portal::features
