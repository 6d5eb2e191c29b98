#include "cache/canonical_query.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace portal::cache {
namespace {

constexpr std::size_t kParameters = 16;  // more than any operation has

// Without what could be another way to write the same name.
bool is_plain(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char each) { return (each >= 'a' && each <= 'z') || each == '_'; });
}

std::string_view name_of(std::string_view parameter) { return parameter.substr(0, parameter.find('=')); }

}  // namespace

std::optional<std::string_view> canonical_query(std::string_view query, std::string& room) {
  if (query.empty()) return query;
  if (!query.contains('&')) return is_plain(name_of(query)) ? std::optional(query) : std::nullopt;
  std::array<std::string_view, kParameters> parameters;
  std::size_t count = 0;
  for (std::string_view rest = query;;) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view parameter = rest.substr(0, end);
    if (!is_plain(name_of(parameter)) || count == kParameters) return std::nullopt;
    parameters[count++] = parameter;
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  const std::span<std::string_view> present(parameters.data(), count);
  if (std::ranges::is_sorted(present, {}, name_of)) return query;
  // By insertion: there are few, and those of one name keep their order.
  for (std::size_t next = 1; next < count; ++next) {
    for (std::size_t at = next; at > 0 && name_of(present[at]) < name_of(present[at - 1]); --at)
      std::swap(present[at], present[at - 1]);
  }
  room.clear();
  for (const std::string_view parameter : present) {
    if (!room.empty()) room += '&';
    room += parameter;
  }
  return room;
}

}  // namespace portal::cache
