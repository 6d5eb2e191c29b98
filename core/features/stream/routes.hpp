// The event stream by which open pages learn that something has changed.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> stream_routes();

}  // namespace portal::features
