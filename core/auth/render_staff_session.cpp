#include "auth/render_staff_session.hpp"

#include <optional>

#include "json/writer.hpp"

namespace portal::auth {
namespace {

std::optional<std::string_view> none_if_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

std::string render_staff_session(const sql::LoadStaffSessionRow& session) {
  json::Writer writer;
  writer.begin_object().key("staff").begin_object().id_member("id", session.staff_id);
  writer.member("email", session.email);
  writer.member("first_name", none_if_empty(session.first_name)).member("surname", none_if_empty(session.surname));
  writer.member("role", session.role).member("language", session.language);
  writer.member("work_request_mail", session.work_request_mail).end_object();
  writer.key("account").begin_object().member("name", session.account_name).member("time_zone", session.time_zone);
  writer.end_object().member("portal_created", session.portal_created);
  return writer.end_object().take();
}

}  // namespace portal::auth
