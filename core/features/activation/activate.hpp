#pragma once

#include "edge/route.hpp"

namespace portal::features {

// POST /activation. The look-up decides what is asked of the password; then one segment claims the link and does
// everything that follows from it, or nothing.
Task<Result<http::Response>> activate(edge::VisitorContext context);

}  // namespace portal::features
