// Every feature's routes, in one table. A new feature adds one line to registry.cpp.
#pragma once

#include <vector>

#include "edge/route.hpp"

namespace portal::features {

std::vector<edge::Route> routes();

}  // namespace portal::features
