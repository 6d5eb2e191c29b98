#pragma once

#include <array>
#include <string_view>

#include "base/choice.hpp"

namespace portal::features::quotes {

// As a list is asked for them, and as portal.quote_kind names them.
inline constexpr std::array kKinds = {
    Choice<std::string_view>{"open", "open"},
    Choice<std::string_view>{"accepted", "accepted"},
    Choice<std::string_view>{"closed", "closed"},
};

}  // namespace portal::features::quotes
