// GET, POST and PATCH /staff/portal.
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "edge/route.hpp"
#include "http/response.hpp"

namespace portal::features::staff_portal {

Task<Result<http::Response>> get_portal(edge::StaffContext context);
Task<Result<http::Response>> create_portal(edge::StaffContext context);
Task<Result<http::Response>> update_portal(edge::StaffContext context);

}  // namespace portal::features::staff_portal
