// What staff send to create the portal or to change its settings.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::features::staff_portal {

// The name, if one was chosen. An empty body is none.
Result<std::optional<std::string>> read_new_portal(std::string_view body);

// JSON for the statement change_portal: the columns to change with their new values.
Result<std::string> read_changes(std::string_view body);

}  // namespace portal::features::staff_portal
