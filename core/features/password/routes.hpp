// What links do that are sent to an address: a new password for a forgotten one, and the confirmation of the address.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> password_routes();

}  // namespace portal::features
