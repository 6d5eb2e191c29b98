// The file of keys (`portal_keys_file`): one line `<purpose> <key-id> <base64url of 32 bytes>` per key, "#" begins a
// comment. The last line of a purpose is used to write, all of them to read, so that a key is rotated by adding a line.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace portal::crypto {

enum class KeyPurpose : std::uint8_t { kCursor, kPepper, kEncryption, kSessionCache };
inline constexpr std::size_t kKeyPurposes = 4;

std::string_view name_of(KeyPurpose purpose) noexcept;  // cursor, pepper, encryption, session-cache

struct Key {
  std::string id;  // letters, digits, "-" and "."
  SecretKey secret;
};

class Keyring {
 public:
  // At least one key for each purpose, no id twice in a purpose. The error's log_detail names the line, never what
  // stands in it.
  static Result<Keyring> parse(std::string_view text);
  // Refuses a file that others than its owner can read or write.
  static Result<Keyring> load(const std::string& path);

  const Key& newest(KeyPurpose purpose) const;
  const Key* find(KeyPurpose purpose, std::string_view id) const noexcept;
  std::span<const Key> all(KeyPurpose purpose) const;

 private:
  Keyring() = default;
  std::vector<Key> keys_[kKeyPurposes];
};

struct GeneratedKey {
  std::string id;
  SecretString line;  // of the key file
};
GeneratedKey generate_key(KeyPurpose purpose);

// The text of a new key file: one fresh key for each purpose.
SecretString generate_keys();

// Writes it, for its owner alone (0600), and syncs it. A file that is there already is never touched.
Result<void> create_key_file(const std::string& path);

// Adds a fresh key of one purpose, by writing the whole file anew and renaming it into place; answers the key's id.
Result<std::string> rotate_key(const std::string& path, KeyPurpose purpose);

}  // namespace portal::crypto
