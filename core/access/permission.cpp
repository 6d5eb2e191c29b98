#include "access/permission.hpp"

#include <algorithm>

namespace portal::access {

std::optional<Permissions> Permissions::from_names(std::span<const std::string_view> names) {
  Permissions permissions;
  for (std::string_view name : names) {
    const auto found = std::ranges::find(kPermissionNames, name);
    if (found == kPermissionNames.end()) return std::nullopt;
    permissions.add(static_cast<Permission>(found - kPermissionNames.begin()));
  }
  return permissions;
}

std::vector<std::string_view> Permissions::names() const {
  std::vector<std::string_view> names;
  for (std::size_t index = 0; index < kPermissionNames.size(); ++index) {
    if (has(static_cast<Permission>(index))) names.push_back(kPermissionNames[index]);
  }
  return names;
}

}  // namespace portal::access
