// From a forgotten password to a new one, by a link that is sent to the login's address.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> password_routes();

}  // namespace portal::features
