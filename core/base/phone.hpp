// Telephone numbers as people type them. What a number is called abroad depends on its country, which the core does not
// know; it only takes away what is written for the eye.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portal {

// "+44 20 7946-0101" and "0044 20 7946 0101" are +442079460101, "(020) 7946 0101" is 02079460101. Nothing for what has
// other characters, or not between 3 and 15 digits (ITU-T E.164; short ones are services).
std::optional<std::string> compact_phone(std::string_view text);

}  // namespace portal
