#pragma once

#include "edge/route.hpp"

namespace portal::features {

// PATCH /me. Answers with the session, as it reads afterwards.
Task<Result<http::Response>> update_me(edge::MemberContext context);

}  // namespace portal::features
