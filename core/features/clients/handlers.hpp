// Clients with their contacts and sites, as staff see and change them.
#pragma once

#include "edge/route.hpp"

namespace portal::features::clients {

Task<Result<http::Response>> list_clients(edge::StaffContext context);
Task<Result<http::Response>> get_client(edge::StaffContext context);
Task<Result<http::Response>> create_client(edge::StaffContext context);
Task<Result<http::Response>> update_client(edge::StaffContext context);

Task<Result<http::Response>> apply_client_rows(edge::StaffContext context);

Task<Result<http::Response>> create_contact(edge::StaffContext context);
Task<Result<http::Response>> update_contact(edge::StaffContext context);
Task<Result<http::Response>> delete_contact(edge::StaffContext context);

Task<Result<http::Response>> create_site(edge::StaffContext context);
Task<Result<http::Response>> update_site(edge::StaffContext context);
Task<Result<http::Response>> delete_site(edge::StaffContext context);

}  // namespace portal::features::clients
