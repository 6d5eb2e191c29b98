// Checking and making passwords on the thread pool (SECURITY R04). When the pool has no place the answer is
// kOverloaded, before anything was hashed; when the request ends while its turn has not come, nothing is hashed.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/task.hpp"
#include "crypto/digest.hpp"
#include "crypto/keyring.hpp"
#include "crypto/secret.hpp"
#include "io/loop.hpp"
#include "io/offload.hpp"

namespace portal::auth {

// Objects of the worker, which outlive every request and every job of the pool.
struct PasswordPool {
  io::Offload& offload;
  io::Loop& loop;
  const crypto::Keyring& keys;
};

struct PasswordCheck {
  bool matches = false;
  // The same password hashed as it would be today, when it matched and the stored hash is weaker (SECURITY R03).
  std::optional<std::string> rehashed;
};

// `stored` in PHC form, or nothing for a login that does not exist or has no password: then nothing matches, and it
// costs the same (SECURITY R05), as `nobody` says (crypto::make_hash_of_nobody).
Task<Result<PasswordCheck>> check_password(PasswordPool pool, crypto::SecretString password,
                                           std::optional<std::string> stored, crypto::Digest nobody = {});

Task<Result<std::string>> hash_password(PasswordPool pool, crypto::SecretString password);

// Takes a password out of a text that is overwritten at once.
crypto::SecretString take_secret(std::string text);

}  // namespace portal::auth
