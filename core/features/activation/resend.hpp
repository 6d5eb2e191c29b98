#pragma once

#include "edge/route.hpp"

namespace portal::features {

// POST /activation/resend. The same statements and the same answer for every token (SECURITY R05); a new link is made
// only in the place of one that has expired.
Task<Result<http::Response>> resend_activation(edge::VisitorContext context);

}  // namespace portal::features
