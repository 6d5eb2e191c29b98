#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::features::quotes {

// Each takes a body and answers JSON with the members that were there, as sql/policies/75_quotes.sql takes them.
// kInvalidJson, kInvalidField.
Result<std::string> read_decision(std::string_view text);
// What staff record: how and by whom it was decided besides.
Result<std::string> read_recorded_decision(std::string_view text);

}  // namespace portal::features::quotes
