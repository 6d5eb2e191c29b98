#pragma once

#include "edge/route.hpp"

namespace portal::features {

Task<Result<http::Response>> request_staff_password_reset(edge::VisitorContext context);
Task<Result<http::Response>> reset_staff_password(edge::VisitorContext context);
Task<Result<http::Response>> change_staff_password(edge::StaffContext context);

}  // namespace portal::features
