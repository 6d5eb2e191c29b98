// A member or invitation as the API shows it to staff: StaffMember of docs/openapi.yaml.
#pragma once

#include "base/result.hpp"
#include "http/response.hpp"
#include "json/writer.hpp"
#include "pg/rows.hpp"

namespace portal::features::members {

// A row of list_members or get_member.
template <class Row>
void write_member(json::Writer& writer, const Row& row) {
  writer.begin_object().id_member("id", row.membership_id).key("client").begin_object();
  writer.id_member("id", row.client_id).member("name", row.client_name).end_object();
  writer.member("first_name", row.first_name).member("surname", row.surname).member("email", row.email);
  writer.member("pending_email", row.pending_email);
  writer.member("phone", row.phone).member("job_title", row.job_title).member("language", row.language);
  writer.key("permissions").begin_array();
  for (const std::string_view permission : row.permissions) writer.value(permission);
  writer.end_array().key("notifications").begin_array();
  for (const std::string_view notification : row.notifications) writer.value(notification);
  writer.end_array().member("state", row.state).member("channel", row.channel).member("failure", row.failure);
  writer.member("invited_at", row.invited_at).member("expires_at", row.expires_at);
  writer.member("accepted_at", row.accepted_at).member("last_sign_in_at", row.last_sign_in_at).end_object();
}

// Rows of get_member; kNotFound without one.
Result<http::Response> render_member(const pg::Rows& rows, http::Status status);

}  // namespace portal::features::members
