#pragma once

#include "edge/route.hpp"

namespace portal::features::import {

// PUT /import/{kind}: takes in what the lines say, all of it or, with mode=lines, what is right of it.
Task<Result<http::Response>> import_lines(edge::KeyContext context);
// GET /import/{kind}?external_id=: one thing as a line says it, with what the portal added.
Task<Result<http::Response>> get_imported(edge::KeyContext context);

}  // namespace portal::features::import
