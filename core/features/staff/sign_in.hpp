#pragma once

#include "edge/route.hpp"

namespace portal::features {

Task<Result<http::Response>> staff_sign_in(edge::VisitorContext context);

}  // namespace portal::features
