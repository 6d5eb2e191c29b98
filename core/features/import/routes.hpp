// Other systems feed the portal: things by their own ids, many at once.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> import_routes();

}  // namespace portal::features
