// The answers of /staff/portal, /staff/templates, /staff/fields and /staff/visibility/preview.
#pragma once

#include <string>

#include "access/principal.hpp"
#include "pg/rows.hpp"
#include "sql/staff_portal.hpp"

namespace portal::features::staff_portal {

std::string render_portal(const sql::GetStaffPortalRow& row, const access::Account& account);
std::string render_templates(const pg::Rows& templates);
std::string render_fields(const pg::Rows& fields);
std::string render_preview(const sql::PreviewVisibilityRow& row);

}  // namespace portal::features::staff_portal
