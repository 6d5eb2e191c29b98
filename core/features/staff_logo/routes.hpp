// The business's logo, as staff send it in. What members see is made of it by the courier.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> staff_logo_routes();

}  // namespace portal::features
