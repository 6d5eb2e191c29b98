// What a business shows to everybody who comes to its address: its name, looks and contact.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> portal_routes();

}  // namespace portal::features
