#pragma once

#include "edge/route.hpp"

namespace portal::features {

// POST /me/password. Needs the current password (SECURITY R13); the session goes on under another token, all others end
// (R18).
Task<Result<http::Response>> change_password(edge::MemberContext context);

}  // namespace portal::features
