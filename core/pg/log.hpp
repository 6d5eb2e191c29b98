// Lines for the error log that need no memory: what they tell may be that there is none.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>
#include <utility>

#include "base/log.hpp"

namespace portal::pg {

using Log = portal::Log;

// A line that is too long is cut.
template <class... Values>
void write_line(Log& log, LogLevel level, fmt::format_string<Values...> format, Values&&... values) noexcept {
  std::array<char, 600> line;
  try {
    const auto written = fmt::format_to_n(line.data(), line.size(), format, std::forward<Values>(values)...);
    log.write(level, {line.data(), std::min(written.size, line.size())});
  } catch (const std::exception&) {
    log.write(level, "a line that could not be written");
  }
}

}  // namespace portal::pg
