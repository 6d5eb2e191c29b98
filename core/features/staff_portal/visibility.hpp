// What of the jobs members see: GET and PUT /staff/templates and /staff/fields, and POST /staff/visibility/preview.
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "edge/route.hpp"
#include "http/response.hpp"

namespace portal::features::staff_portal {

Task<Result<http::Response>> list_templates(edge::StaffContext context);
Task<Result<http::Response>> set_templates(edge::StaffContext context);
Task<Result<http::Response>> list_fields(edge::StaffContext context);
Task<Result<http::Response>> set_fields(edge::StaffContext context);
Task<Result<http::Response>> preview_visibility(edge::StaffContext context);

}  // namespace portal::features::staff_portal
