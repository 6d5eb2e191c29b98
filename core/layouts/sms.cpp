#include "layouts/sms.hpp"

#include <string>

namespace portal::layouts {
namespace {

constexpr std::u32string_view kAlphabet =
    U"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    U"abcdefghijklmnopqrstuvwxyzäöñüà";
constexpr std::u32string_view kExtension = U"\f^{}\\[~]|€";

std::u32string decode(std::string_view text) {
  std::u32string points;
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at++]);
    char32_t point = first < 0x80 ? first : first < 0xE0 ? first & 0x1FU : first < 0xF0 ? first & 0x0FU : first & 0x07U;
    for (int rest = first < 0xC0 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3; rest > 0 && at < text.size(); --rest)
      point = (point << 6U) | (static_cast<unsigned char>(text[at++]) & 0x3FU);
    points += point;
  }
  return points;
}

std::int64_t units_of(char32_t point, SmsEncoding encoding) {
  if (encoding == SmsEncoding::kUcs2) return point > 0xFFFF ? 2 : 1;
  return kExtension.find(point) != std::u32string_view::npos ? 2 : 1;
}

}  // namespace

SmsSize measure_sms(std::string_view text) {
  const std::u32string points = decode(text);
  SmsSize size;
  for (const char32_t point : points) {
    if (kAlphabet.find(point) == std::u32string_view::npos && kExtension.find(point) == std::u32string_view::npos)
      size.encoding = SmsEncoding::kUcs2;
  }
  for (const char32_t point : points) size.characters += units_of(point, size.encoding);
  const std::int64_t alone = size.encoding == SmsEncoding::kGsm7 ? 160 : 70;
  const std::int64_t each = size.encoding == SmsEncoding::kGsm7 ? 153 : 67;
  if (size.characters <= alone) {
    size.segments = size.characters > 0 ? 1 : 0;
    return size;
  }
  std::int64_t used = each;
  for (const char32_t point : points) {
    const std::int64_t units = units_of(point, size.encoding);
    if (used + units > each) {
      ++size.segments;
      used = 0;
    }
    used += units;
  }
  return size;
}

}  // namespace portal::layouts
