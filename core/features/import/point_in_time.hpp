#pragma once

#include <string_view>

#include "base/choice.hpp"
#include "json/reader.hpp"

namespace portal::features::import {

constexpr TextLength kTime{.maximum = 40};

// RFC 3339 with any offset: "2026-11-16T13:00:00Z", "2026-11-16T14:00:00.5+01:00".
bool is_point_in_time(std::string_view text);

}  // namespace portal::features::import
