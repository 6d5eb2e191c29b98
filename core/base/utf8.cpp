#include "base/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace portal {
namespace {

// The length of the code point that begins at `at`, 0 when there is none. The ranges of the second byte are those of
// table 3-7 of the Unicode standard: they shut out overlong forms, surrogates and what lies above U+10FFFF.
std::size_t code_point_length(std::string_view bytes, std::size_t at) noexcept {
  const auto byte = [&](std::size_t offset) { return static_cast<std::uint8_t>(bytes[at + offset]); };
  const auto continues = [&](std::size_t offset) { return (byte(offset) & 0xC0U) == 0x80U; };
  const std::size_t left = bytes.size() - at;
  const std::uint8_t first = byte(0);
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  if (first < 0xE0) return left >= 2 && continues(1) ? 2 : 0;
  if (left < 3 || !continues(1)) return 0;
  const std::uint8_t second = byte(1);
  if (first < 0xF0) {
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    return continues(2) ? 3 : 0;
  }
  if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
  return left >= 4 && continues(2) && continues(3) ? 4 : 0;
}

// Eight bytes at once that are all ASCII and none of them zero.
bool is_plain_ascii(const char* bytes) noexcept {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  constexpr std::uint64_t kHigh = 0x8080808080808080U;
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  return ((word | (word - kOnes)) & kHigh) == 0;
}

struct Extent {
  std::size_t bytes = 0;
  std::size_t code_points = 0;
};

Extent scan(std::string_view bytes) noexcept {
  Extent extent;
  while (extent.bytes < bytes.size()) {
    if (bytes.size() - extent.bytes >= sizeof(std::uint64_t) && is_plain_ascii(bytes.data() + extent.bytes)) {
      extent.bytes += sizeof(std::uint64_t);
      extent.code_points += sizeof(std::uint64_t);
      continue;
    }
    const std::size_t length = code_point_length(bytes, extent.bytes);
    if (length == 0) break;
    extent.bytes += length;
    ++extent.code_points;
  }
  return extent;
}

}  // namespace

std::optional<std::size_t> count_code_points(std::string_view bytes) noexcept {
  const Extent extent = scan(bytes);
  if (extent.bytes != bytes.size()) return std::nullopt;
  return extent.code_points;
}

std::size_t count_valid_bytes(std::string_view bytes) noexcept { return scan(bytes).bytes; }

bool is_valid_text(std::string_view bytes) noexcept { return scan(bytes).bytes == bytes.size(); }

std::string_view find_text_fault(std::string_view bytes, TextLength length) noexcept {
  const std::optional<std::size_t> count = count_code_points(bytes);
  if (!count) return "invalid_text";
  if (*count < length.minimum) return "too_short";
  if (*count > length.maximum) return "too_long";
  return {};
}

std::string_view truncate_text(std::string_view text, std::size_t maximum) noexcept {
  if (text.size() <= maximum) return text;
  std::size_t end = maximum;
  while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace portal
