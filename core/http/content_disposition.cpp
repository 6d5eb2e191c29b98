#include "http/content_disposition.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace portal::http {
namespace {

// Marks that change the direction in which the rest is shown, or that are not shown at all: with them "fdp.exe" looks
// like "exe.pdf". U+200B to U+200F, U+2028 to U+202E, U+2060 to U+2069, U+FEFF, and the controls U+0080 to U+009F.
std::size_t hidden_mark_bytes(std::string_view text) {
  const auto at = [text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  if (text.size() >= 2 && at(0) == 0xC2 && at(1) < 0xA0) return 2;
  if (text.size() < 3) return 0;
  if (text.starts_with("\xEF\xBB\xBF")) return 3;
  if (text.starts_with("\xE2\x80") && ((at(2) >= 0x8B && at(2) <= 0x8F) || (at(2) >= 0xA8 && at(2) <= 0xAE))) return 3;
  if (text.starts_with("\xE2\x81") && at(2) >= 0xA0 && at(2) <= 0xA9) return 3;
  return 0;
}

bool is_unsafe(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte < 0x20 || byte == 0x7F || std::string_view("/\\:*?\"<>|").contains(character);
}

// Of the character of valid text that begins so.
std::size_t character_bytes(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0x80) return 1;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

// Valid text without anything that a file name must not hold.
std::string safe_name(std::string_view name) {
  std::string safe;
  while (!name.empty()) {
    const std::size_t valid = count_valid_bytes(name.substr(0, 4));
    if (const std::size_t hidden = hidden_mark_bytes(name); hidden != 0 && hidden <= valid) {
      safe += '_';
      name.remove_prefix(hidden);
    } else if (valid == 0 || is_unsafe(name.front())) {
      safe += '_';
      name.remove_prefix(1);
    } else {
      const std::size_t length = character_bytes(name.front());
      safe += name.substr(0, length);
      name.remove_prefix(length);
    }
  }
  safe = truncate_text(safe, limits::kFileNameBytes);
  // Neither hidden nor a folder, and what Windows would cut off does not stand at the end.
  while (safe.starts_with('.') || safe.starts_with(' ')) safe.erase(0, 1);
  while (safe.ends_with('.') || safe.ends_with(' ')) safe.pop_back();
  return safe.empty() ? "file" : safe;
}

// RFC 8187 section 3.2.1, attr-char.
bool is_attribute_character(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || std::string_view("!#$&+-.^_`|~").contains(character);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char character : text) {
    if (is_attribute_character(character)) {
      encoded += character;
    } else {
      const auto byte = static_cast<unsigned char>(character);
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 0x0FU];
    }
  }
  return encoded;
}

// One "_" for each character that is not ASCII. "%" too: some browsers decode it in the plain form.
std::string ascii_name(std::string_view name) {
  std::string ascii;
  for (const char character : name) {
    const auto byte = static_cast<unsigned char>(character);
    if ((byte & 0xC0U) == 0x80U) continue;
    ascii += byte < 0x80 && character != '%' ? character : '_';
  }
  return ascii;
}

}  // namespace

std::string format_content_disposition(Disposition disposition, std::string_view name) {
  const std::string safe = safe_name(name);
  const std::string ascii = ascii_name(safe);
  std::string value = disposition == Disposition::kInline ? "inline" : "attachment";
  value += "; filename=\"" + ascii + "\"";
  if (ascii != safe) value += "; filename*=UTF-8''" + percent_encoded(safe);
  return value;
}

}  // namespace portal::http
