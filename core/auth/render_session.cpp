#include "auth/render_session.hpp"

#include <algorithm>
#include <vector>

#include "json/writer.hpp"

namespace portal::auth {
namespace {

std::optional<std::string_view> none_if_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

void write_member(json::Writer& writer, const sql::LoadSessionRow& session) {
  writer.begin_object().id_member("id", session.member_id);
  writer.member("email", session.email);
  writer.member("first_name", none_if_empty(session.first_name)).member("surname", none_if_empty(session.surname));
  writer.member("language", session.language).member("email_change_pending", session.email_change_pending);
  writer.end_object();
}

void write_client(json::Writer& writer, std::int64_t id, std::string_view name) {
  writer.key("client").begin_object().id_member("id", id).member("name", name).end_object();
}

}  // namespace

std::string render_session(const sql::LoadSessionRow& session, access::Permissions permissions,
                           const pg::Rows& memberships) {
  json::Writer writer;
  writer.begin_object().key("member");
  write_member(writer, session);

  writer.key("membership").begin_object().id_member("id", session.membership_id);
  write_client(writer, session.client_id, session.client_name);
  writer.key("permissions").begin_array();
  std::vector<std::string_view> names = permissions.names();
  std::ranges::sort(names);
  for (const std::string_view name : names) writer.value(name);
  writer.end_array().end_object();

  writer.key("memberships").begin_array();
  for (int index = 0; index < memberships.size(); ++index) {
    const sql::ListMembershipsRow row = sql::ListMembershipsRow::decode(memberships[index]);
    writer.begin_object().id_member("id", row.membership_id);
    write_client(writer, row.client_id, row.client_name);
    writer.end_object();
  }
  return writer.end_array().end_object().take();
}

}  // namespace portal::auth
