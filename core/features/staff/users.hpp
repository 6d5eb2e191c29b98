#pragma once

#include "edge/route.hpp"

namespace portal::features {

Task<Result<http::Response>> list_staff_users(edge::StaffContext context);
Task<Result<http::Response>> add_staff_user(edge::StaffContext context);
Task<Result<http::Response>> update_staff_user(edge::StaffContext context);
Task<Result<http::Response>> remove_staff_user(edge::StaffContext context);
Task<Result<http::Response>> resend_staff_invitation(edge::StaffContext context);

}  // namespace portal::features
