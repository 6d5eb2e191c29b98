// Redis as the configuration of nginx names it: reached, answering in time, taking what is written.
#pragma once

#include <optional>
#include <string_view>

#include "portalctl/doctor.hpp"

namespace portal::portalctl {

// Nothing where the configuration, of which only this text is looked at, names none.
std::optional<Finding> examine_redis(std::string_view nginx_configuration);

}  // namespace portal::portalctl
