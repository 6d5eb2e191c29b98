// Another system of a business, which asks with an API key.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "access/principal.hpp"
#include "base/choice.hpp"

namespace portal::access {

// What a key is good for.
enum class Scope : std::uint8_t { kImport, kInvite, kFeed };

inline constexpr std::array<std::string_view, 3> kScopeNames = {"import", "invite", "feed"};
inline constexpr std::array kScopes = {Choice<Scope>{"import", Scope::kImport}, Choice<Scope>{"invite", Scope::kInvite},
                                       Choice<Scope>{"feed", Scope::kFeed}};

inline std::string_view name_of(Scope scope) { return kScopeNames[std::to_underlying(scope)]; }

// Nothing of a key is remembered: `enter_key` finds it in every segment.
struct Key {
  std::int64_t account_id = 0;
  SessionHash key_hash{};  // SHA-256 of the key's 32 bytes
  Scope scope = Scope::kImport;
};

}  // namespace portal::access
