// Staff begin to look at the portal as one of its members would: with a reason, for a while, and written down. What
// they then see is answered by the members' features (edge::Route::for_view).
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> staff_view_routes();

}  // namespace portal::features
