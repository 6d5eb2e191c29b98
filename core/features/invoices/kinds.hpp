#pragma once

#include <array>
#include <string_view>

#include "base/choice.hpp"

namespace portal::features::invoices {

// As a list is asked for them, and as portal.invoice_kind names them.
inline constexpr std::array kKinds = {
    Choice<std::string_view>{"open", "open"},
    Choice<std::string_view>{"paid", "paid"},
    Choice<std::string_view>{"void", "void"},
};

}  // namespace portal::features::invoices
