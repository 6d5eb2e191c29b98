// Ids: positive 64-bit integers in the database, decimal strings in the API, and one C++ type per kind so that a
// client's id is never taken for a member's.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace portal {

// Exactly the form that format_id writes: no sign, no leading zero, no blank; 1 to 2^63-1.
std::optional<std::int64_t> parse_id(std::string_view text) noexcept;
std::string format_id(std::int64_t id);

template <class Kind>
struct Id {
  std::int64_t value = 0;  // 0: none

  constexpr Id() = default;
  constexpr explicit Id(std::int64_t id) : value(id) {}
  constexpr explicit operator bool() const { return value != 0; }
  constexpr auto operator<=>(const Id&) const = default;
};

using AccountId = Id<struct AccountKind>;
using ClientId = Id<struct ClientKind>;
using MemberId = Id<struct MemberKind>;
using MembershipId = Id<struct MembershipKind>;
using SessionId = Id<struct SessionKind>;
using SiteId = Id<struct SiteKind>;
using JobId = Id<struct JobKind>;

}  // namespace portal

template <class Kind>
struct std::hash<portal::Id<Kind>> {
  std::size_t operator()(portal::Id<Kind> id) const noexcept { return std::hash<std::int64_t>()(id.value); }
};
