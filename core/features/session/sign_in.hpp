#pragma once

#include "edge/route.hpp"

namespace portal::features {

// POST /session. Two round trips with the hashing between them. Whoever cannot sign in, for whatever reason, costs one
// look-up and one hash and gets the same answer (SECURITY R05).
Task<Result<http::Response>> sign_in(edge::VisitorContext context);

}  // namespace portal::features
