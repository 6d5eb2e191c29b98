// Who did what in the account, for staff.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> activity_routes();

}  // namespace portal::features
