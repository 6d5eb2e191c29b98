#pragma once

#include "edge/route.hpp"

namespace portal::features {

// POST /password. Claims the link, sets the password, ends every session; whoever asked signs in afterwards (SECURITY
// R12).
Task<Result<http::Response>> reset_password(edge::VisitorContext context);

}  // namespace portal::features
