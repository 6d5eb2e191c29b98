#include "crypto/password.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/limits.hpp"
#include "base/random.hpp"
#include "crypto/argon2.hpp"
#include "crypto/digest.hpp"

namespace portal::crypto {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

struct Stored {
  PasswordCost cost;
  std::string_view pepper_id;
  std::vector<std::uint8_t> salt;
  std::vector<std::uint8_t> hash;
};

bool take_prefix(std::string_view& rest, std::string_view prefix) {
  if (!rest.starts_with(prefix)) return false;
  rest.remove_prefix(prefix.size());
  return true;
}

bool take_number(std::string_view& rest, std::string_view prefix, std::uint32_t maximum, std::uint32_t& number) {
  if (!take_prefix(rest, prefix)) return false;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc() || number == 0 || number > maximum) return false;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return true;
}

std::string_view take_until(std::string_view& rest, char end) {
  const std::string_view part = rest.substr(0, rest.find(end));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return part;
}

std::optional<Stored> parse_stored(std::string_view rest) {
  if (rest.size() > limits::kPasswordHashBytes) return std::nullopt;
  Stored stored;
  if (!take_prefix(rest, "$argon2id$v=19$") ||
      !take_number(rest, "m=", limits::kPasswordMemoryKib, stored.cost.memory_kib) ||
      !take_number(rest, ",t=", limits::kPasswordIterations, stored.cost.iterations) ||
      !take_number(rest, ",p=", limits::kPasswordLanes, stored.cost.lanes) || !take_prefix(rest, ",keyid=")) {
    return std::nullopt;
  }
  stored.pepper_id = take_until(rest, '$');
  auto salt = decode_base64(take_until(rest, '$'));
  auto hash = decode_base64(rest);
  if (!salt || salt->size() != kSaltBytes || !hash || hash->size() != kHashBytes) return std::nullopt;
  stored.salt = std::move(*salt);
  stored.hash = std::move(*hash);
  return stored;
}

Result<std::array<std::uint8_t, kHashBytes>> compute(std::string_view password, const Key& pepper, Bytes salt,
                                                     PasswordCost cost) {
  if (password.size() > limits::kPasswordBytes)
    return fail(ErrorCode::kInternal, "a password beyond the limit came as far as hashing");
  Digest peppered = hmac_sha256(pepper.secret.bytes(), bytes_of(password));
  std::array<std::uint8_t, kHashBytes> hash;
  Result<void> outcome = argon2id(peppered, salt, cost, hash);
  wipe(peppered.data(), peppered.size());
  if (!outcome) return fail(std::move(outcome.error()));
  return hash;
}

std::string format_stored(const PasswordCost& cost, std::string_view pepper_id, Bytes salt, Bytes hash) {
  std::string stored = "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.iterations) +
                       ",p=" + std::to_string(cost.lanes) + ",keyid=";
  stored.append(pepper_id).append("$").append(encode_base64(salt)).append("$").append(encode_base64(hash));
  return stored;
}

std::array<std::uint8_t, kSaltBytes> make_salt() {
  std::array<std::uint8_t, kSaltBytes> salt;
  fill_random(salt);
  return salt;
}

}  // namespace

Result<std::string> hash_password(std::string_view password, const Keyring& keys, PasswordCost cost) {
  const Key& pepper = keys.newest(KeyPurpose::kPepper);
  const std::array<std::uint8_t, kSaltBytes> salt = make_salt();
  const auto hash = compute(password, pepper, salt, cost);
  if (!hash) return fail(hash.error());
  return format_stored(cost, pepper.id, salt, *hash);
}

Result<bool> verify_password(std::string_view password, std::string_view stored, const Keyring& keys) {
  const std::optional<Stored> parsed = parse_stored(stored);
  if (!parsed) return fail(ErrorCode::kInternal, "a stored password hash is damaged");
  const Key* pepper = keys.find(KeyPurpose::kPepper, parsed->pepper_id);
  if (pepper == nullptr) {
    return fail(ErrorCode::kInternal,
                "the key file has no pepper " + std::string(parsed->pepper_id) + ", which a stored password needs");
  }
  const auto hash = compute(password, *pepper, parsed->salt, parsed->cost);
  if (!hash) return fail(hash.error());
  return constant_time_equal(*hash, parsed->hash);
}

std::string make_hash_of_nobody(Bytes nobody, const Keyring& keys) {
  const Key& pepper = keys.newest(KeyPurpose::kPepper);
  const Digest salt = hmac_sha256(pepper.secret.bytes(), nobody);
  return format_stored(PasswordCost{}, pepper.id, Bytes(salt).first(kSaltBytes),
                       hmac_sha256(pepper.secret.bytes(), salt));
}

bool needs_rehash(std::string_view stored, const Keyring& keys, PasswordCost cost) {
  const std::optional<Stored> parsed = parse_stored(stored);
  return !parsed || parsed->cost.memory_kib < cost.memory_kib || parsed->cost.iterations < cost.iterations ||
         parsed->pepper_id != keys.newest(KeyPurpose::kPepper).id;
}

}  // namespace portal::crypto
