#pragma once

#include "edge/route.hpp"

namespace portal::features {

// Staff start a reset of a member's password, and see neither link nor password (SECURITY R15).
Task<Result<http::Response>> start_member_reset(edge::StaffContext context);

}  // namespace portal::features
