#pragma once

#include "edge/route.hpp"

namespace portal::features::feed {

// GET /feed: what clients did after a change, in the order of the changes.
Task<Result<http::Response>> read(edge::KeyContext context);

}  // namespace portal::features::feed
