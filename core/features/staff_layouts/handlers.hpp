// Handlers of /staff/invitation-layouts.
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "edge/route.hpp"
#include "http/response.hpp"

namespace portal::features::staff_layouts {

Task<Result<http::Response>> list_layouts(edge::StaffContext context);
Task<Result<http::Response>> set_layout(edge::StaffContext context);
Task<Result<http::Response>> preview_layout(edge::StaffContext context);
Task<Result<http::Response>> test_layout(edge::StaffContext context);

}  // namespace portal::features::staff_layouts
