// Host names and the public origins that links to them begin with.
#pragma once

#include <string>
#include <string_view>

#include "portalctl/failure.hpp"

namespace portal::portalctl {

// In lower case, without a dot at the end.
Outcome<std::string> parse_host(std::string_view text);

// "https://host" or "https://host:port", written as browsers send it as Origin: lower case, without the scheme's own
// port. Plain http is for hosts of the loopback interface.
Outcome<std::string> parse_origin(std::string_view text, std::string_view host);

}  // namespace portal::portalctl
