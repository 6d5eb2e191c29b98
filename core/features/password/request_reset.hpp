#pragma once

#include "edge/route.hpp"

namespace portal::features {

// POST /password-reset. The same statements for every address, the same answer, and at the same time: what there is to
// do for somebody who exists is a condition inside them (SECURITY R05).
Task<Result<http::Response>> request_password_reset(edge::VisitorContext context);

}  // namespace portal::features
