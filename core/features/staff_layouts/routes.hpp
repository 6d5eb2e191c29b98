// The account's own invitations (FEATURES A6 to A8): read, written, shown before they are saved, and sent to oneself.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> staff_layouts_routes();

}  // namespace portal::features
