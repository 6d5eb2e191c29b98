// What the business filed for a client, as its members see it: the list, one document, and its bytes.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> documents_routes();

}  // namespace portal::features
