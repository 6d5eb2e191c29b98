// From the link of an invitation to a session.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> activation_routes();

}  // namespace portal::features
