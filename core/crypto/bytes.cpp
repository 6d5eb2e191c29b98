#include "crypto/bytes.hpp"

#include <openssl/crypto.h>

namespace portal::crypto {
namespace {

constexpr std::string_view kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> invert(std::string_view alphabet) {
  std::array<std::uint8_t, 256> digits;
  digits.fill(kNoDigit);
  for (std::size_t index = 0; index < alphabet.size(); ++index) {
    digits[static_cast<std::uint8_t>(alphabet[index])] = static_cast<std::uint8_t>(index);
  }
  return digits;
}

constexpr std::array<std::uint8_t, 256> kUrlDigits = invert(kUrlAlphabet);
constexpr std::array<std::uint8_t, 256> kDigits = invert(kAlphabet);
constexpr std::array<std::uint8_t, 256> kHexValues = invert(kHexDigits);

std::string encode(Bytes bytes, std::string_view alphabet) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    buffer = (buffer << 8 | byte) & 0xFFFFU;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += alphabet[buffer >> bits & 63U];
    }
  }
  if (bits > 0) text += alphabet[buffer << (6 - bits) & 63U];
  return text;
}

// Answers how many bytes it was; nothing: it is no such text, or there is no room for all of them.
std::optional<std::size_t> decode(std::string_view text, const std::array<std::uint8_t, 256>& digits,
                                  std::span<std::uint8_t> bytes) noexcept {
  const auto digit_at = [&](std::size_t place) -> std::uint32_t {
    return digits[static_cast<std::uint8_t>(text[place])];
  };
  std::size_t count = 0;
  // Four characters are three bytes.
  std::uint32_t seen = 0;
  for (; text.size() >= 4 && bytes.size() - count >= 3; text.remove_prefix(4), count += 3) {
    const std::uint32_t first = digit_at(0), second = digit_at(1), third = digit_at(2), fourth = digit_at(3);
    seen |= first | second | third | fourth;
    bytes[count] = static_cast<std::uint8_t>(first << 2 | second >> 4);
    bytes[count + 1] = static_cast<std::uint8_t>(second << 4 | third >> 2);
    bytes[count + 2] = static_cast<std::uint8_t>(third << 6 | fourth);
  }
  if (seen >= 64) return std::nullopt;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char character : text) {
    const std::uint8_t digit = digits[static_cast<std::uint8_t>(character)];
    if (digit == kNoDigit) return std::nullopt;
    buffer = (buffer << 6 | digit) & 0xFFFFU;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      if (count == bytes.size()) return std::nullopt;
      bytes[count++] = static_cast<std::uint8_t>(buffer >> bits & 0xFFU);
    }
  }
  // Six bits left are a character too many; bits that are set would be a second text for the same value.
  if (bits >= 6 || (buffer & ((1U << bits) - 1)) != 0) return std::nullopt;
  return count;
}

std::optional<std::vector<std::uint8_t>> decode(std::string_view text, const std::array<std::uint8_t, 256>& digits) {
  std::vector<std::uint8_t> bytes(text.size() * 3 / 4);
  const std::optional<std::size_t> count = decode(text, digits, bytes);
  if (!count) return std::nullopt;
  bytes.resize(*count);
  return bytes;
}

}  // namespace

std::string encode_base64url(Bytes bytes) { return encode(bytes, kUrlAlphabet); }

std::optional<std::vector<std::uint8_t>> decode_base64url(std::string_view text) { return decode(text, kUrlDigits); }

bool decode_base64url(std::string_view text, std::span<std::uint8_t> bytes) noexcept {
  return decode(text, kUrlDigits, bytes) == bytes.size();
}

std::string encode_base64(Bytes bytes) { return encode(bytes, kAlphabet); }

std::optional<std::vector<std::uint8_t>> decode_base64(std::string_view text) { return decode(text, kDigits); }

std::string encode_hex(Bytes bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kHexDigits[byte >> 4];
    text += kHexDigits[byte & 15];
  }
  return text;
}

std::optional<std::vector<std::uint8_t>> decode_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t at = 0; at < text.size(); at += 2) {
    const std::uint8_t high = kHexValues[static_cast<std::uint8_t>(text[at])];
    const std::uint8_t low = kHexValues[static_cast<std::uint8_t>(text[at + 1])];
    if (high == kNoDigit || low == kNoDigit) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

bool constant_time_equal(Bytes left, Bytes right) noexcept {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace portal::crypto
