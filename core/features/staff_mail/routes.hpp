// How the account's mail leaves: in whose name, and by a server of its own if it has one. Whoever says by which server
// also reads what goes there, links that sign people in among it: only owners change it.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> staff_mail_routes();

}  // namespace portal::features
