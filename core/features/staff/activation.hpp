#pragma once

#include "edge/route.hpp"

namespace portal::features {

Task<Result<http::Response>> look_up_staff_activation(edge::VisitorContext context);
Task<Result<http::Response>> activate_staff(edge::VisitorContext context);

}  // namespace portal::features
