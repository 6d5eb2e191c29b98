// What staff are told about their own session.
#pragma once

#include <string>

#include "sql/staff.hpp"

namespace portal::auth {

// The schema StaffSession of docs/openapi.yaml.
std::string render_staff_session(const sql::LoadStaffSessionRow& session);

}  // namespace portal::auth
