// What clients ask for, and what the business answers.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> work_requests_routes();

}  // namespace portal::features
