// What the business offers a client, and what the client decides: quotes with their files and decisions, as its members
// see them, and all of the account for staff.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> quotes_routes();

}  // namespace portal::features
