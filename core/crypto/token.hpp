// Tokens that open something for whoever has them: sessions, activation links, resets. 256 random bits; only the hash
// is stored.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"
#include "crypto/secret.hpp"

namespace portal::crypto {

class Token {
 public:
  static Token generate();
  // The text that generate().text() gives, and no other form of it.
  static std::optional<Token> parse(std::string_view text);

  // The hash of the token that this text is, without keeping the token.
  static std::optional<Digest> hash_of(std::string_view text);

  std::string text() const;  // 43 characters of base64url
  Digest hash() const;       // SHA-256 of the 32 bytes, what the database keeps

 private:
  explicit Token(SecretKey bytes) : bytes_(std::move(bytes)) {}
  SecretKey bytes_;
};

}  // namespace portal::crypto
