// Addresses as mail servers take them that know nothing of SMTPUTF8 (RFC 6531), which most cannot be relied on to do.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::outside {

// The address with its domain in A-labels ("info@müller.example" -> "info@xn--mller-kva.example"), for headers and
// envelope; an address in ASCII as it is. kInvalidField (log_detail says why) for what check_address refuses, for a
// domain that cannot be one, and for letters beyond ASCII before the "@", for which there is no other writing.
Result<std::string> ascii_address(std::string_view address);

}  // namespace portal::outside
