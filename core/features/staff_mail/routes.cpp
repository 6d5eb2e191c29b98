#include "features/staff_mail/routes.hpp"

#include <array>

#include "access/repeatable.hpp"
#include "auth/link_message.hpp"
#include "crypto/places.hpp"
#include "edge/services.hpp"
#include "features/staff_mail/form.hpp"
#include "http/query.hpp"
#include "json/writer.hpp"
#include "sql/activity.hpp"
#include "sql/staff_mail.hpp"

namespace portal::features {
namespace {

using access::StaffRole;
using http::Method;

// The password of the server is no part of it: whether there is one is all that anybody is told.
std::string render(const sql::GetMailSettingsRow& row) {
  json::Writer writer(512);
  writer.begin_object().member("sender_name", row.sender_name).member("sender_address", row.sender_address);
  writer.member("reply_to", row.reply_to).key("server");
  if (row.smtp_host) {
    writer.begin_object().member("host", *row.smtp_host).member("port", row.smtp_port);
    writer.member("security", row.smtp_security).member("username", row.smtp_username);
    writer.member("has_password", row.smtp_username.has_value()).end_object();
  } else {
    writer.null();
  }
  writer.member("changed_at", row.changed_at).key("last_test");
  if (row.test_state) {
    writer.begin_object().member("state", *row.test_state).member("recipient", row.test_recipient);
    writer.member("asked_at", row.test_asked_at).member("reason", row.test_reason).end_object();
  } else {
    writer.null();
  }
  return writer.end_object().take();
}

Result<http::Response> answer(const pg::Rows& rows) {
  if (rows.empty()) return fail(ErrorCode::kNotFound);
  return http::Response::json(render(sql::GetMailSettingsRow::decode(rows[0])));
}

Result<pg::Query> change(std::int64_t account_id, const staff_mail::Form& form, const crypto::Keyring& keys) {
  std::optional<std::string_view> host, security, username, key_id;
  std::optional<std::int32_t> port;
  std::optional<pg::Bytes> password;
  crypto::Sealed sealed;
  if (form.server) {
    host = form.server->host;
    port = form.server->port;
    security = form.server->security;
    username = form.server->username;
  }
  if (form.server && form.server->password) {
    Result<crypto::Sealed> made =
        crypto::seal(form.server->password->view(), crypto::smtp_password_place(account_id), keys);
    if (!made) return fail(std::move(made.error()));
    sealed = std::move(*made);
    password = sealed.bytes;
    key_id = sealed.key_id;
  }
  const bool keeps_password = username && !password;
  return sql::change_mail_settings(account_id, form.sender_name, form.sender_address, form.reply_to, host, port,
                                   security, username, password, key_id, keeps_password);
}

Task<Result<http::Response>> get_settings(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_mail_settings(context.account.id, context.staff.staff_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return answer(rows->front());
}

Task<Result<http::Response>> set_settings(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<staff_mail::Form> form = staff_mail::read_form(context.request.body);
  if (!form) co_return fail(form.error());
  Result<pg::Query> changing = change(context.account.id, *form, context.services.keys);
  if (!changing) co_return fail(std::move(changing.error()));
  std::vector<pg::Query> queries;
  queries.push_back(sql::lock_mail_settings(context.account.id));
  queries.push_back(std::move(*changing));
  queries.push_back(sql::get_mail_settings(context.account.id, context.staff.staff_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  const auto changed = sql::ChangeMailSettingsRow::decode((*rows)[1][0]);
  if (changed.refusal == "sender_address") co_return fail(Error::field("/sender_address", "needs_server"));
  if (changed.refusal) co_return fail(Error::field("/server/password", "required"));
  co_return answer(rows->back());
}

Task<Result<http::Response>> test_settings(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const std::int64_t account_id = context.account.id;
  const Result<auth::LinkMessage> message =
      auth::seal_notice(account_id, context.account.origin, context.services.keys);
  if (!message) co_return fail(message.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::send_mail_test(account_id, context.staff.staff_id, message->reference, message->payload.bytes,
                                        message->payload.key_id));
  queries.push_back(sql::record_activity(account_id, "mail_tested", {}, {}, "portal", {}, "{}"));
  const Result<std::vector<pg::Rows>> rows = co_await access::write_once(
      context, std::move(queries), [](std::optional<std::int64_t>) { return std::vector<pg::Query>(); });
  if (!rows) co_return fail(rows.error());
  http::Response response = http::Response::no_content();
  response.status = http::Status::kAccepted;
  co_return response;
}

constexpr std::array kRoutes = {
    edge::Route::for_staff(Method::kGet, "/staff/mail-settings", "get_mail_settings", StaffRole::kViewer, get_settings),
    edge::Route::for_staff(Method::kPut, "/staff/mail-settings", "set_mail_settings", StaffRole::kOwner, set_settings),
    edge::Route::for_staff(Method::kPost, "/staff/mail-settings/test", "test_mail_settings", StaffRole::kManager,
                           test_settings),
};

}  // namespace

std::span<const edge::Route> staff_mail_routes() { return kRoutes; }

}  // namespace portal::features
