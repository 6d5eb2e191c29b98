// Clients as the API shows them to staff.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "http/response.hpp"
#include "json/writer.hpp"
#include "pg/rows.hpp"

namespace portal::features::clients {

// A row of list_clients or find_clients_of_staff.
template <class Row>
void write_listed_client(json::Writer& writer, const Row& row) {
  writer.begin_object().id_member("id", row.client_id).member("kind", row.kind).member("name", row.name);
  writer.member("external_id", row.external_id).member("email", row.email).member("phone", row.phone);
  writer.member("members", row.members).member("sites", row.sites).member("imported", row.imported).end_object();
}

// Rows of get_client, list_contacts_of_client and list_sites_of_client; kNotFound without the first.
Result<http::Response> render_client(const pg::Rows& client, const pg::Rows& contacts, const pg::Rows& sites,
                                     http::Status status);
// Rows of get_contact and get_site_of_client.
Result<http::Response> render_contact(const pg::Rows& rows, http::Status status);
Result<http::Response> render_site(const pg::Rows& rows, http::Status status);

}  // namespace portal::features::clients
