// Where in a layout something is wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::layouts {

struct Position {
  std::int32_t line = 0;    // from 1
  std::int32_t column = 0;  // in code points, from 1
};
Position position_in(std::string_view text, std::size_t offset);

// Of an error that refuse_at made of the text; nothing when the error is about no place.
std::optional<Position> position_of(const Error& error, std::string_view text);

// kInvalidField with one field: the pointer is "@" and the offset in bytes; log_detail says line, column and code.
std::unexpected<Error> refuse_at(std::string_view text, std::size_t offset, std::string code);

}  // namespace portal::layouts
