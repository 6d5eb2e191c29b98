#pragma once

#include <cstdint>
#include <span>

namespace portal::auth {

// The first 64 bits of the SHA-1 of each line of core/auth/common_passwords.txt, sorted; the build makes them
// (tools/generate_common_passwords.py). Constant data, which all workers share.
std::span<const std::uint64_t> common_password_keys();

}  // namespace portal::auth
