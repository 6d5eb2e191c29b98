#pragma once

#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "crypto/bytes.hpp"
#include "crypto/password.hpp"

namespace portal::crypto {

// Argon2id, version 1.3 (RFC 9106), without secret and associated data. Fills `hash`; kInternal for a cost that Argon2
// does not know.
Result<void> argon2id(Bytes password, Bytes salt, PasswordCost cost, std::span<std::uint8_t> hash);

}  // namespace portal::crypto
