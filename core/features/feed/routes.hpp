// What clients did, for other systems of the business.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> feed_routes();

}  // namespace portal::features
