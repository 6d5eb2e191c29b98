// What staff file for clients: the list, adding and replacing with the bytes themselves, who sees it, taking it away.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> staff_documents_routes();

}  // namespace portal::features
