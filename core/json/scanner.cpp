#include "json/scanner.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace portal::json {
namespace {

constexpr bool is_blank(char character) noexcept {
  return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

void skip_blanks(std::string_view& rest) noexcept {
  while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
}

bool take_character(std::string_view& rest, char character) noexcept {
  skip_blanks(rest);
  if (rest.empty() || rest.front() != character) return false;
  rest.remove_prefix(1);
  return true;
}

// The position after the closing quote of the string that begins at `at`; npos when it has no end.
std::size_t end_of_string(std::string_view text, std::size_t at) noexcept {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

// The position after the bracket that closes the one at the beginning.
std::size_t end_of_brackets(std::string_view text) noexcept {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    switch (text[at]) {
      case '"':
        at = end_of_string(text, at);
        continue;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (--depth == 0) return at + 1;
        break;
      default:
        break;
    }
    ++at;
  }
  return std::string_view::npos;
}

std::size_t end_of_word(std::string_view text) noexcept {
  constexpr std::string_view kEnds = ",}] \t\n\r:\"{[";
  const std::size_t end = std::min(text.find_first_of(kEnds), text.size());
  return end == 0 ? std::string_view::npos : end;
}

std::optional<std::string_view> take_value(std::string_view& rest) noexcept {
  skip_blanks(rest);
  if (rest.empty()) return std::nullopt;
  std::size_t end = 0;
  if (rest.front() == '"') {
    end = end_of_string(rest, 0);
  } else if (rest.front() == '{' || rest.front() == '[') {
    end = end_of_brackets(rest);
  } else {
    end = end_of_word(rest);
  }
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view value = rest.substr(0, end);
  rest.remove_prefix(end);
  return value;
}

std::optional<unsigned> parse_hex4(std::string_view text) noexcept {
  if (text.size() < 4) return std::nullopt;
  text = text.substr(0, 4);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void append_utf8(std::string& text, unsigned code_point) {
  const auto append = [&text](unsigned byte) { text += static_cast<char>(byte); };
  if (code_point < 0x80) {
    append(code_point);
  } else if (code_point < 0x800) {
    append(0xC0 | (code_point >> 6));
    append(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    append(0xE0 | (code_point >> 12));
    append(0x80 | ((code_point >> 6) & 0x3F));
    append(0x80 | (code_point & 0x3F));
  } else {
    append(0xF0 | (code_point >> 18));
    append(0x80 | ((code_point >> 12) & 0x3F));
    append(0x80 | ((code_point >> 6) & 0x3F));
    append(0x80 | (code_point & 0x3F));
  }
}

// Takes "\uXXXX" (the backslash and "u" are gone), with its second half when it is a surrogate.
bool append_unicode_escape(std::string& text, std::string_view& rest) {
  const std::optional<unsigned> first = parse_hex4(rest);
  if (!first) return false;
  rest.remove_prefix(4);
  if (*first < 0xD800 || *first > 0xDFFF) {
    append_utf8(text, *first);
    return true;
  }
  if (*first > 0xDBFF || !rest.starts_with("\\u")) return false;
  const std::optional<unsigned> second = parse_hex4(rest.substr(2));
  if (!second || *second < 0xDC00 || *second > 0xDFFF) return false;
  rest.remove_prefix(6);
  append_utf8(text, 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00));
  return true;
}

std::optional<std::string> unescape(std::string_view rest) {
  std::string text;
  text.reserve(rest.size());
  while (!rest.empty()) {
    const std::size_t plain = std::min(rest.find('\\'), rest.size());
    text.append(rest, 0, plain);
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    if (rest.size() < 2) return std::nullopt;
    const char escape = rest[1];
    rest.remove_prefix(2);
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (escape == 'u') {
      if (!append_unicode_escape(text, rest)) return std::nullopt;
    } else if (const std::size_t index = kEscapes.find(escape); index != std::string_view::npos) {
      text += kMeanings[index];
    } else {
      return std::nullopt;
    }
  }
  return text;
}

}  // namespace

bool Member::has_key(std::string_view key) const {
  // Keys of ours hold no escapes; one that does is compared at the price of a copy.
  if (!escaped_key.contains('\\')) return escaped_key == key;
  return unescape(escaped_key) == key;
}

ObjectScanner::ObjectScanner(std::string_view object) noexcept : rest_(object) {
  if (!take_character(rest_, '{')) rest_ = {};
}

std::optional<Member> ObjectScanner::next() noexcept {
  std::string_view rest = std::exchange(rest_, {});
  if (!std::exchange(first_, false) && !take_character(rest, ',')) return std::nullopt;
  skip_blanks(rest);
  if (rest.empty() || rest.front() != '"') return std::nullopt;
  const std::optional<std::string_view> key = take_value(rest);
  if (!key || !take_character(rest, ':')) return std::nullopt;
  const std::optional<std::string_view> value = take_value(rest);
  if (!value) return std::nullopt;
  rest_ = rest;
  return Member{key->substr(1, key->size() - 2), *value};
}

ArrayScanner::ArrayScanner(std::string_view array) noexcept : rest_(array) {
  if (!take_character(rest_, '[')) rest_ = {};
}

std::optional<std::string_view> ArrayScanner::next() noexcept {
  std::string_view rest = std::exchange(rest_, {});
  if (!std::exchange(first_, false) && !take_character(rest, ',')) return std::nullopt;
  const std::optional<std::string_view> value = take_value(rest);
  if (value) rest_ = rest;
  return value;
}

std::optional<std::string_view> find_member(std::string_view object, std::string_view key) {
  ObjectScanner scanner(object);
  while (const std::optional<Member> member = scanner.next()) {
    if (member->has_key(key)) return member->value;
  }
  return std::nullopt;
}

bool is_null(std::string_view value) noexcept { return value == "null"; }

std::optional<bool> read_boolean(std::string_view value) noexcept {
  if (value == "true") return true;
  if (value == "false") return false;
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(std::string_view value) noexcept {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return number;
}

std::optional<std::string> read_text(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::nullopt;
  return unescape(value.substr(1, value.size() - 2));
}

}  // namespace portal::json
