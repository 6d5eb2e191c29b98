#pragma once

#include <array>
#include <string_view>

#include "base/choice.hpp"
#include "base/error.hpp"

namespace portal::features {

// Why a link is of no use, from the states in which the look-ups of sql/queries/password.sql answer.
inline ErrorCode link_error(std::string_view state) {
  constexpr std::array kGone = {
      Choice<ErrorCode>{"used", ErrorCode::kLinkUsed},
      Choice<ErrorCode>{"expired", ErrorCode::kLinkExpired},
      Choice<ErrorCode>{"replaced", ErrorCode::kLinkReplaced},
  };
  return find_choice(kGone, state).value_or(ErrorCode::kLinkExpired);
}

}  // namespace portal::features
