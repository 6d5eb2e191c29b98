// The portal's own cookies are nobody else's: what stands behind the same host must not learn a session.
#pragma once

#include <cstddef>
#include <string_view>

namespace portal::auth {

// With its prefix or without: "portal-member", "__Host-portal-member".
bool is_own_cookie(std::string_view name) noexcept;

// Writes the value of a Cookie header without the portal's own cookies; the others stay as they are, byte for byte.
// Answers the size, which is the value's own when there was nothing to take out, and 0 when nothing is left. `kept` has
// room for the whole value.
std::size_t remove_own_cookies(std::string_view value, char* kept) noexcept;

}  // namespace portal::auth
