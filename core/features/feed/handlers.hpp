#pragma once

#include "edge/route.hpp"

namespace portal::features::feed {

// GET /feed: what clients did after a change, in the order of the changes.
Task<Result<http::Response>> read(edge::KeyContext context);
// PATCH /feed/work-requests/{id}: the answer of another system to a request.
Task<Result<http::Response>> answer(edge::KeyContext context);

}  // namespace portal::features::feed
