// What a member is told about the own session.
#pragma once

#include <string>

#include "access/permission.hpp"
#include "pg/rows.hpp"
#include "sql/auth.hpp"

namespace portal::auth {

// The schema Session of docs/openapi.yaml. `memberships` are rows of list_memberships.
std::string render_session(const sql::LoadSessionRow& session, access::Permissions permissions,
                           const pg::Rows& memberships);

}  // namespace portal::auth
