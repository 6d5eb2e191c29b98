// Passwords as Argon2id over an HMAC with the pepper, in PHC string format:
//
//   $argon2id$v=19$m=19456,t=2,p=1,keyid=<pepper>$<salt>$<hash>
//
// Each function that hashes costs about 20 ms and 19 MiB: never on an event loop (SECURITY R04).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/keyring.hpp"

namespace portal::crypto {

struct PasswordCost {
  std::uint32_t memory_kib = 19456;
  std::uint32_t iterations = 2;
  std::uint32_t lanes = 1;

  bool operator==(const PasswordCost&) const = default;
};

// `password` exactly as received, at most limits::kPasswordBytes: the caller has refused longer ones as a field error.
Result<std::string> hash_password(std::string_view password, const Keyring& keys, PasswordCost cost = {});

// kInternal when the stored text is damaged or its pepper is no longer in the key file; a wrong password is `false`.
Result<bool> verify_password(std::string_view password, std::string_view stored, const Keyring& keys);

// Costs what verify_password costs for a password hashed today: for logins that do not exist (SECURITY R05).
Result<void> verify_no_password(std::string_view password, const Keyring& keys);

// The stored hash was made with a lower cost or an older pepper than hash_password would use.
bool needs_rehash(std::string_view stored, const Keyring& keys, PasswordCost cost = {});

}  // namespace portal::crypto
