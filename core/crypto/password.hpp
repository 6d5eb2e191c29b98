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
#include "crypto/bytes.hpp"
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

// A stored hash for a login that does not exist (SECURITY R05): verify_password takes the same way with it as with
// somebody's, and no password is right. It is verified, and nothing else called instead: the same work, called from
// elsewhere, was measured to cost a tenth of a millisecond more or less (most likely by its place on the stack). The
// salt follows from `nobody`, who it would be: Argon2 goes through memory as password and salt say, and asking again
// and again tells as little as of somebody.
std::string make_hash_of_nobody(Bytes nobody, const Keyring& keys);

// The stored hash was made with a lower cost or an older pepper than hash_password would use.
bool needs_rehash(std::string_view stored, const Keyring& keys, PasswordCost cost = {});

}  // namespace portal::crypto
