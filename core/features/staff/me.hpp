#pragma once

#include "edge/route.hpp"

namespace portal::features {

Task<Result<http::Response>> update_staff_me(edge::StaffContext context);
Task<Result<http::Response>> list_staff_sessions(edge::StaffContext context);
Task<Result<http::Response>> end_own_staff_session(edge::StaffContext context);

}  // namespace portal::features
