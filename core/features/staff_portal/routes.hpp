// The portal's settings for the business's own people: creating the portal, its looks and words, and what of the jobs
// members see.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> staff_portal_routes();

}  // namespace portal::features
