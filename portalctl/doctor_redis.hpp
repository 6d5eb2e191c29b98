// Redis as the configuration of nginx names it: reached, answering in time, taking what is written.
#pragma once

#include <span>
#include <string>

#include "portalctl/doctor.hpp"

namespace portal::portalctl {

// `words` are the parameters of portal_redis: the address, and what else stands there.
Finding examine_redis(std::span<const std::string> words);

}  // namespace portal::portalctl
