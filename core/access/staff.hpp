// Staff of an account, and what each role may do: each may do what those before it may.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "access/principal.hpp"

namespace portal::access {

enum class StaffRole : std::uint8_t { kViewer, kManager, kOwner };

inline constexpr std::array<std::string_view, 3> kStaffRoleNames = {"viewer", "manager", "owner"};

constexpr std::string_view name_of(StaffRole role) { return kStaffRoleNames[std::to_underlying(role)]; }

// Nothing for a word that is not known: a module older than the schema must not guess.
constexpr std::optional<StaffRole> find_staff_role(std::string_view name) {
  for (std::size_t index = 0; index < kStaffRoleNames.size(); ++index) {
    if (kStaffRoleNames[index] == name) return static_cast<StaffRole>(index);
  }
  return std::nullopt;
}

// What the worker remembers of a session of staff. `enter_staff` confirms it in every segment.
struct Staff {
  std::int64_t account_id = 0;
  std::int64_t staff_id = 0;
  StaffRole role = StaffRole::kViewer;
  SessionHash session_hash{};
};

}  // namespace portal::access
