#include "mail/encode.hpp"

#include <algorithm>

namespace portal::outside {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kLine = 76;
constexpr std::string_view kWordBegin = "=?UTF-8?B?", kWordEnd = "?=";
// Of the 75 characters of an encoded word (RFC 2047 section 2), what base64 can stand for in whole groups.
constexpr std::size_t kWordBytes = (75 - kWordBegin.size() - kWordEnd.size()) / 4 * 3;

bool is_ascii_text(std::string_view text) {
  return std::ranges::all_of(text, [](char letter) { return letter >= ' ' && letter < '\x7F'; });
}

std::string base64(std::string_view bytes) {
  std::string text;
  for (std::size_t index = 0; index < bytes.size(); index += 3) {
    const std::string_view group = bytes.substr(index, 3);
    unsigned bits = 0;
    for (std::size_t place = 0; place < 3; ++place)
      bits = bits << 8 | (place < group.size() ? static_cast<unsigned char>(group[place]) : 0U);
    for (std::size_t place = 0; place < 4; ++place)
      text += place <= group.size() ? kBase64[bits >> (18 - 6 * place) & 63] : '=';
  }
  return text;
}

// The longest beginning of at most `maximum` bytes that ends between two characters.
std::string_view whole_characters(std::string_view text, std::size_t maximum) {
  std::size_t size = std::min(maximum, text.size());
  while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

std::string encode_words(std::string_view text, std::size_t column) {
  std::string result;
  while (!text.empty()) {
    const std::size_t room = column + kWordBegin.size() + kWordEnd.size() + 4 <= kLine
                                 ? (kLine - column - kWordBegin.size() - kWordEnd.size()) / 4 * 3
                                 : 0;
    const std::string_view part = whole_characters(text, std::min(room, kWordBytes));
    if (!part.empty()) {
      result.append(kWordBegin).append(base64(part)).append(kWordEnd);
      text.remove_prefix(part.size());
    }
    if (!text.empty()) result += "\r\n ";
    column = 1;
  }
  return result;
}

bool is_atom_text(std::string_view text) {
  constexpr std::string_view kSpecials = "()<>[]:;@\\,.\"";
  return is_ascii_text(text) && text.find_first_of(kSpecials) == std::string_view::npos && !text.starts_with(' ') &&
         !text.ends_with(' ') && text.find("  ") == std::string_view::npos && text.find("=?") == std::string_view::npos;
}

// A display name in quotes; names that would fill the line are encoded instead, because quotes are hard to fold.
std::string encode_phrase(std::string_view name, std::size_t column) {
  constexpr std::size_t kShort = 50;
  if (!is_ascii_text(name) || name.size() > kShort || name.find("=?") != std::string_view::npos)
    return encode_words(name, column);
  if (is_atom_text(name)) return std::string(name);
  std::string quoted = "\"";
  for (const char letter : name) {
    if (letter == '"' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted + '"';
}

}  // namespace

std::string encode_quoted_printable(std::string_view text) {
  std::string result;
  std::size_t column = 0;
  const auto put = [&](std::string_view part) {
    // The last place of a line is for the "=" that says that it goes on.
    if (column + part.size() > kLine - 1) {
      result += "=\r\n";
      column = 0;
    }
    result += part;
    column += part.size();
  };
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::string_view content = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
    for (std::size_t index = 0; index < content.size(); ++index) {
      const auto byte = static_cast<unsigned char>(content[index]);
      const bool is_blank_at_end = (byte == ' ' || byte == '\t') && index + 1 == content.size();
      if ((byte >= ' ' && byte < 0x7F && byte != '=' && !is_blank_at_end) || (byte == '\t' && !is_blank_at_end)) {
        put(content.substr(index, 1));
      } else {
        const char escaped[] = {'=', kDigits[byte >> 4], kDigits[byte & 15]};
        put({escaped, 3});
      }
    }
    result += "\r\n";
    column = 0;
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return result;
}

std::string encode_header(std::string_view name, std::string_view value) {
  std::string line = std::string(name) + ": ";
  const bool is_plain = is_ascii_text(value) && line.size() + value.size() <= kLine && !value.starts_with(' ') &&
                        !value.ends_with(' ') && value.find("=?") == std::string_view::npos;
  line += is_plain ? std::string(value) : encode_words(value, line.size());
  return line + "\r\n";
}

std::string encode_mailbox(std::string_view name, std::string_view address, std::size_t first_column) {
  if (name.empty()) return std::string(address);
  std::string text = encode_phrase(name, first_column);
  const std::size_t last_line =
      text.rfind('\n') == std::string::npos ? first_column + text.size() : text.size() - text.rfind('\n') - 1;
  text += last_line + address.size() + 3 > kLine ? "\r\n " : " ";
  return text + "<" + std::string(address) + ">";
}

}  // namespace portal::outside
