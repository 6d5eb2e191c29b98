// What the business has billed: a client's invoices with their files, as its members see them, and all of the account
// for staff, who decide which of them members see.
#pragma once

#include <span>

#include "edge/route.hpp"

namespace portal::features {

std::span<const edge::Route> invoices_routes();

}  // namespace portal::features
