// The sites of the member's client, for the filter of the jobs list.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> sites_routes();

}  // namespace portal::features
