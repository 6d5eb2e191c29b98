#include "layouts/position.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace portal::layouts {

Position position_in(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const std::size_t column = count_code_points(before.substr(line_start)).value_or(offset - line_start) + 1;
  return {.line = static_cast<std::int32_t>(line), .column = static_cast<std::int32_t>(column)};
}

std::optional<Position> position_of(const Error& error, std::string_view text) {
  if (error.fields.empty() || !error.fields.front().pointer.starts_with('@')) return std::nullopt;
  const std::string_view digits = std::string_view(error.fields.front().pointer).substr(1);
  std::size_t offset = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), offset).ec != std::errc()) return std::nullopt;
  return position_in(text, offset);
}

std::unexpected<Error> refuse_at(std::string_view text, std::size_t offset, std::string code) {
  const Position position = position_in(text, offset);
  Error error = Error::field(fmt::format("@{}", offset), code);
  error.log_detail = fmt::format("line {}, column {}: {}", position.line, position.column, code);
  return fail(std::move(error));
}

}  // namespace portal::layouts
