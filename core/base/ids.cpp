#include "base/ids.hpp"

#include <charconv>

namespace portal {

std::optional<std::int64_t> parse_id(std::string_view text) noexcept {
  // Digits only, and not a zero first: from_chars would take "-1" and "007".
  if (text.empty() || text.front() < '1' || text.front() > '9') return std::nullopt;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

std::string format_id(std::int64_t id) { return std::to_string(id); }

}  // namespace portal
