// Values encrypted at rest (AES-256-GCM, SECURITY R62), bound to the place where they are stored.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/keyring.hpp"

namespace portal::crypto {

struct Sealed {
  std::string key_id;
  std::vector<std::uint8_t> bytes;  // nonce, ciphertext, tag
};

// `place` says table, column and row: Context("outbox.payload").add(account_id).add(message_id). At most
// limits::kSealedBytes.
Result<Sealed> seal(std::string_view plaintext, const Context& place, const Keyring& keys,
                    KeyPurpose purpose = KeyPurpose::kEncryption);

// kInternal when anything is not as it was sealed: key, place or a single bit.
Result<SecretString> unseal(std::string_view key_id, Bytes sealed, const Context& place, const Keyring& keys,
                            KeyPurpose purpose = KeyPurpose::kEncryption);

}  // namespace portal::crypto
