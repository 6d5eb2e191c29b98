#include "crypto/cursor.hpp"

#include <stdexcept>

#include "base/limits.hpp"

namespace portal::crypto {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kValueBytes =
    9;  // present or not, and eight bytes, so that every keyset of a list has one length

// The context is of any length: its digest keeps it apart from the payload.
Digest sign(const Key& key, const Digest& context, Bytes payload) {
  return hmac_sha256(key.secret.bytes(), {context, payload});
}

std::uint64_t read_number(Bytes bytes) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

}  // namespace

std::string sign_cursor(const Keyset& keyset, const Context& context, const Keyring& keys) {
  if (keyset.size() > limits::kKeysetValues) throw std::logic_error("a cursor has too many values");
  std::vector<std::uint8_t> bytes = {kVersion};
  for (const std::optional<std::int64_t>& value : keyset) {
    bytes.push_back(value ? 1 : 0);
    const auto number = static_cast<std::uint64_t>(value.value_or(0));
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(number >> shift & 0xFFU));
  }
  const Digest signature = sign(keys.newest(KeyPurpose::kCursor), sha256(context.bytes()), bytes);
  bytes.insert(bytes.end(), signature.begin(), signature.begin() + kTagBytes);
  return encode_base64url(bytes);
}

Result<Keyset> open_cursor(std::string_view cursor, std::size_t values, const Context& context, const Keyring& keys) {
  if (cursor.size() > limits::kCursorBytes) return fail(ErrorCode::kInvalidCursor);
  const std::optional<std::vector<std::uint8_t>> decoded = decode_base64url(cursor);
  if (!decoded || decoded->size() != 1 + values * kValueBytes + kTagBytes) return fail(ErrorCode::kInvalidCursor);
  const Bytes payload = Bytes(*decoded).first(decoded->size() - kTagBytes);
  const Bytes tag = Bytes(*decoded).last(kTagBytes);
  const Digest context_digest = sha256(context.bytes());
  bool genuine = false;
  for (const Key& key : keys.all(KeyPurpose::kCursor)) {
    const Digest signature = sign(key, context_digest, payload);
    if (constant_time_equal(Bytes(signature).first(kTagBytes), tag)) genuine = true;
  }
  if (!genuine || payload.front() != kVersion) return fail(ErrorCode::kInvalidCursor);
  Keyset keyset;
  for (std::size_t at = 1; at < payload.size(); at += kValueBytes) {
    const auto number = static_cast<std::int64_t>(read_number(payload.subspan(at + 1, kValueBytes - 1)));
    keyset.push_back(payload[at] == 0 ? std::nullopt : std::optional(number));
  }
  return keyset;
}

}  // namespace portal::crypto
