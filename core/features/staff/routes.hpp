// Staff as such: how they sign in and out, and who they are.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> staff_routes();

}  // namespace portal::features
