#include "crypto/keyring.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/choice.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "crypto/bytes.hpp"

namespace portal::crypto {
namespace {

constexpr std::array<Choice<KeyPurpose>, kKeyPurposes> kPurposes = {{
    {"cursor", KeyPurpose::kCursor},
    {"pepper", KeyPurpose::kPepper},
    {"encryption", KeyPurpose::kEncryption},
    {"session-cache", KeyPurpose::kSessionCache},
}};

bool is_id_character(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '-' || character == '.';
}

bool is_key_id(std::string_view id) {
  return !id.empty() && id.size() <= limits::kKeyIdBytes && std::ranges::all_of(id, is_id_character);
}

std::optional<SecretKey> parse_secret(std::string_view text) {
  std::optional<std::vector<std::uint8_t>> decoded = decode_base64url(text);
  if (!decoded) return std::nullopt;
  std::optional<SecretKey> key;
  SecretKey::Array bytes;
  if (decoded->size() == bytes.size()) {
    std::ranges::copy(*decoded, bytes.begin());
    key.emplace(bytes);
    wipe(bytes.data(), bytes.size());
  }
  wipe(decoded->data(), decoded->size());
  return key;
}

std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(" \t"));
  line.remove_prefix(word.size());
  return word;
}

std::unexpected<Error> refuse(std::size_t line, std::string_view why) {
  return fail(ErrorCode::kInternal, "key file, line " + std::to_string(line) + ": " + std::string(why));
}

}  // namespace

std::string_view name_of(KeyPurpose purpose) noexcept { return kPurposes[std::to_underlying(purpose)].word; }

Result<Keyring> Keyring::parse(std::string_view text) {
  if (text.size() > limits::kKeyFileBytes) return fail(ErrorCode::kInternal, "key file: it is too long");
  Keyring keyring;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view purpose_word = take_word(line);
    if (purpose_word.empty() || purpose_word.starts_with('#')) continue;
    const std::string_view id = take_word(line);
    const std::string_view secret_word = take_word(line);
    if (!take_word(line).empty()) return refuse(number, "more than a purpose, an id and a key");
    const std::optional<KeyPurpose> purpose = find_choice(kPurposes, purpose_word);
    if (!purpose) return refuse(number, "the purpose is none of cursor, pepper, encryption, session-cache");
    if (!is_key_id(id)) return refuse(number, "the id is not made of 1 to 32 letters, digits, dots and hyphens");
    if (keyring.find(*purpose, id) != nullptr) return refuse(number, "the id stands twice");
    std::optional<SecretKey> secret = parse_secret(secret_word);
    if (!secret) return refuse(number, "the key is not base64url of 32 bytes");
    keyring.keys_[std::to_underlying(*purpose)].push_back({std::string(id), std::move(*secret)});
  }
  for (const Choice<KeyPurpose>& purpose : kPurposes) {
    if (keyring.all(purpose.value).empty()) {
      return fail(ErrorCode::kInternal, "key file: there is no key for " + std::string(purpose.word));
    }
  }
  return keyring;
}

const Key& Keyring::newest(KeyPurpose purpose) const { return keys_[std::to_underlying(purpose)].back(); }

std::span<const Key> Keyring::all(KeyPurpose purpose) const { return keys_[std::to_underlying(purpose)]; }

const Key* Keyring::find(KeyPurpose purpose, std::string_view id) const noexcept {
  const std::vector<Key>& keys = keys_[std::to_underlying(purpose)];
  const auto found = std::ranges::find(keys, id, &Key::id);
  return found == keys.end() ? nullptr : &*found;
}

GeneratedKey generate_key(KeyPurpose purpose) {
  std::array<std::uint8_t, 4> id_bytes;
  fill_random(id_bytes);
  SecretKey::Array bytes;
  fill_random(bytes);
  std::string secret = encode_base64url(bytes);
  std::string id = "k" + encode_hex(id_bytes);
  std::string line = std::string(name_of(purpose)) + " " + id + " " + secret + "\n";
  GeneratedKey key{std::move(id), SecretString(line)};
  wipe(bytes.data(), bytes.size());
  wipe(secret.data(), secret.size());
  wipe(line.data(), line.size());
  return key;
}

SecretString generate_keys() {
  SecretString text("# Keys of this portal. Whoever has them can read and forge what they protect: mode 0600.\n");
  for (const Choice<KeyPurpose>& purpose : kPurposes) text = join(text, generate_key(purpose.value).line);
  return text;
}

}  // namespace portal::crypto
