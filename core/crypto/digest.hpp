#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/bytes.hpp"

namespace portal::crypto {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(Bytes bytes);
inline Digest sha256(std::string_view text) { return sha256(bytes_of(text)); }

// Of what comes in pieces, such as a file.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void add(Bytes bytes);
  Digest finish();  // once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Only because lists of breached passwords come in it; for nothing that has to hold.
using Sha1 = std::array<std::uint8_t, 20>;
Sha1 sha1(Bytes bytes);

// Of the parts one after the other. Parts of variable length need their lengths among them (see Context).
Digest hmac_sha256(Bytes key, std::initializer_list<Bytes> parts);
inline Digest hmac_sha256(Bytes key, Bytes bytes) { return hmac_sha256(key, {bytes}); }

// What a signature or a sealed value is bound to, written so that no two lists of parts give the same bytes.
class Context {
 public:
  explicit Context(std::string_view purpose) { add(purpose); }
  Context& add(std::string_view part);
  Context& add(std::int64_t part);
  Bytes bytes() const noexcept { return bytes_of(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace portal::crypto
