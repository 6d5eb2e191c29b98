// Whom an address stands for when requests are counted.
#pragma once

#include <string>
#include <string_view>

namespace portal::http {

// The bytes under which an address is counted, given as nginx writes it: an IPv4 address whole, also inside IPv6; of an
// IPv6 address the /64 that one customer gets (SECURITY R40). Empty for a unix socket, behind which everybody is.
std::string network_of(std::string_view address);

}  // namespace portal::http
