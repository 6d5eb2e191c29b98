#include "features/clients/render.hpp"

#include "sql/clients.hpp"

namespace portal::features::clients {
namespace {

template <class Row>
void write_contact(json::Writer& writer, const Row& row) {
  writer.begin_object().id_member("id", row.contact_id).member("kind", row.kind).member("value", row.value);
  writer.member("name", row.name).key("site_id");
  if (row.site_id) {
    writer.id(*row.site_id);
  } else {
    writer.null();
  }
  writer.member("imported", row.imported).end_object();
}

template <class Row>
void write_site(json::Writer& writer, const Row& row) {
  writer.begin_object().id_member("id", row.site_id).member("name", row.name).member("address", row.address);
  writer.member("time_zone", row.time_zone).member("external_id", row.external_id);
  writer.member("imported", row.imported).end_object();
}

}  // namespace

Result<http::Response> render_client(const pg::Rows& client, const pg::Rows& contacts, const pg::Rows& sites,
                                     http::Status status) {
  if (client.empty()) return fail(ErrorCode::kNotFound);
  const sql::GetClientRow row = sql::GetClientRow::decode(client[0]);
  json::Writer writer;
  writer.begin_object().id_member("id", row.client_id).member("kind", row.kind).member("name", row.name);
  writer.member("organisation_name", row.organisation_name).member("first_name", row.first_name);
  writer.member("middle_name", row.middle_name).member("surname", row.surname).member("external_id", row.external_id);
  writer.member("members", row.members).member("imported", row.imported);
  writer.member("may_edit_imported", row.may_edit_imported).key("contacts").begin_array();
  for (int index = 0; index < contacts.size(); ++index)
    write_contact(writer, sql::ListContactsOfClientRow::decode(contacts[index]));
  writer.end_array().key("sites").begin_array();
  for (int index = 0; index < sites.size(); ++index)
    write_site(writer, sql::ListSitesOfClientRow::decode(sites[index]));
  return http::Response::json(writer.end_array().end_object().take(), status);
}

Result<http::Response> render_contact(const pg::Rows& rows, http::Status status) {
  if (rows.empty()) return fail(ErrorCode::kNotFound);
  json::Writer writer;
  write_contact(writer, sql::GetContactRow::decode(rows[0]));
  return http::Response::json(writer.take(), status);
}

Result<http::Response> render_site(const pg::Rows& rows, http::Status status) {
  if (rows.empty()) return fail(ErrorCode::kNotFound);
  json::Writer writer;
  write_site(writer, sql::GetSiteOfClientRow::decode(rows[0]));
  return http::Response::json(writer.take(), status);
}

}  // namespace portal::features::clients
