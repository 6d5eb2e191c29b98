#include "crypto/argon2.hpp"

#include <new>

#include <argon2.h>

namespace portal::crypto {

Result<void> argon2id(Bytes password, Bytes salt, PasswordCost cost, std::span<std::uint8_t> hash) {
  const int outcome = argon2id_hash_raw(cost.iterations, cost.memory_kib, cost.lanes, password.data(), password.size(),
                                        salt.data(), salt.size(), hash.data(), hash.size());
  if (outcome == ARGON2_MEMORY_ALLOCATION_ERROR) throw std::bad_alloc();
  if (outcome != ARGON2_OK) return fail(ErrorCode::kInternal, argon2_error_message(outcome));
  return {};
}

}  // namespace portal::crypto
