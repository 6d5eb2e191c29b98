// Keys by which other systems of the business use the API: made, listed and revoked by its owners.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> api_key_routes();

}  // namespace portal::features
