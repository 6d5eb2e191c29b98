// OpenSSL and libargon2 behind types that cannot be used wrongly by accident: digests, tokens, passwords, sealed
// values, signed cursors, and the file of keys behind them. Everything here may run on any thread.
//
// This header: bytes, their text forms, and comparing them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace portal::crypto {

using Bytes = std::span<const std::uint8_t>;

inline Bytes bytes_of(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// RFC 4648 section 5, without padding. Decoding is strict: no other characters, no padding, no bits left over, so that
// each value has exactly one text.
std::string encode_base64url(Bytes bytes);
std::optional<std::vector<std::uint8_t>> decode_base64url(std::string_view text);
// False also when it is not as many bytes as there is room for.
bool decode_base64url(std::string_view text, std::span<std::uint8_t> bytes) noexcept;
// Section 4, also without padding: the alphabet of password hashes (PHC).
std::string encode_base64(Bytes bytes);
std::optional<std::vector<std::uint8_t>> decode_base64(std::string_view text);

std::string encode_hex(Bytes bytes);  // lower case
std::optional<std::vector<std::uint8_t>> decode_hex(std::string_view text);

// Takes the same time wherever the difference is. The lengths are not secret.
bool constant_time_equal(Bytes left, Bytes right) noexcept;

}  // namespace portal::crypto
