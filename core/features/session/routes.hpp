// Signing in and out, who is signed in, and the client for whom that person acts.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> session_routes();

}  // namespace portal::features
