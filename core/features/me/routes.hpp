// What members change about themselves: password, name, language, and of what they are told by mail.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> me_routes();

}  // namespace portal::features
