#include "crypto/token.hpp"

#include <algorithm>

#include "base/random.hpp"

namespace portal::crypto {
namespace {

constexpr std::size_t kTokenCharacters = 43;

}  // namespace

Token Token::generate() {
  SecretKey::Array bytes;
  fill_random(bytes);
  Token token{SecretKey(bytes)};
  wipe(bytes.data(), bytes.size());
  return token;
}

std::optional<Token> Token::parse(std::string_view text) {
  if (text.size() != kTokenCharacters) return std::nullopt;
  std::optional<std::vector<std::uint8_t>> decoded = decode_base64url(text);
  if (!decoded) return std::nullopt;
  SecretKey::Array bytes;
  std::ranges::copy(*decoded, bytes.begin());
  wipe(decoded->data(), decoded->size());
  Token token{SecretKey(bytes)};
  wipe(bytes.data(), bytes.size());
  return token;
}

std::optional<Digest> Token::hash_of(std::string_view text) {
  SecretKey::Array bytes;
  if (text.size() != kTokenCharacters || !decode_base64url(text, bytes)) return std::nullopt;
  const Digest digest = sha256(bytes);
  wipe(bytes.data(), bytes.size());
  return digest;
}

std::string Token::text() const { return encode_base64url(bytes_.bytes()); }

Digest Token::hash() const { return sha256(bytes_.bytes()); }

}  // namespace portal::crypto
