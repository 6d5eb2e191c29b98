#include "json/writer.hpp"

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace portal::json {
namespace {

// What stands after the backslash; 0: the character stands for itself; 'u': four hexadecimal digits.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> escapes{};
  for (std::size_t control = 0; control < 0x20; ++control) escapes[control] = 'u';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}
constexpr std::array<char, 256> kEscapes = make_escapes();

[[noreturn]] void broken(const char* what) { throw std::logic_error(what); }

}  // namespace

Writer::Writer(std::size_t expected_bytes) { text_.reserve(expected_bytes); }

void Writer::before_value() {
  if (levels_.empty()) {
    if (!text_.empty()) broken("a JSON text has one value");
    return;
  }
  if (levels_.back() == Level::kObject) {
    if (!has_key_) broken("a value in an object needs a key");
    has_key_ = false;
    return;
  }
  if (needs_comma_) text_ += ',';
  needs_comma_ = true;
}

Writer& Writer::key(std::string_view name) {
  if (levels_.empty() || levels_.back() != Level::kObject || has_key_) broken("a key stands where a value belongs");
  if (needs_comma_) text_ += ',';
  append_escaped(name);
  text_ += ':';
  needs_comma_ = true;
  has_key_ = true;
  return *this;
}

Writer& Writer::begin(Level level, char bracket) {
  before_value();
  levels_.push_back(level);
  text_ += bracket;
  needs_comma_ = false;
  return *this;
}

Writer& Writer::end(Level level, char bracket) {
  if (levels_.empty() || levels_.back() != level || has_key_) broken("an end without its begin");
  levels_.pop_back();
  text_ += bracket;
  needs_comma_ = true;
  return *this;
}

Writer& Writer::begin_object() { return begin(Level::kObject, '{'); }
Writer& Writer::end_object() { return end(Level::kObject, '}'); }
Writer& Writer::begin_array() { return begin(Level::kArray, '['); }
Writer& Writer::end_array() { return end(Level::kArray, ']'); }

Writer& Writer::value(std::string_view text) {
  before_value();
  append_escaped(text);
  return *this;
}

Writer& Writer::value(bool truth) { return raw(truth ? "true" : "false"); }

Writer& Writer::null() { return raw("null"); }

Writer& Writer::raw(std::string_view json) {
  if (json.empty()) broken("an empty text is no JSON value");
  before_value();
  text_ += json;
  return *this;
}

Writer& Writer::integer(std::int64_t number) {
  std::array<char, 20> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return raw({digits.data(), end});
}

Writer& Writer::id(std::int64_t id) {
  before_value();
  std::array<char, 20> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), id);
  text_ += '"';
  text_.append(digits.data(), end);
  text_ += '"';
  return *this;
}

Writer& Writer::value(Timestamp time) {
  before_value();
  text_ += '"';
  append_rfc3339(text_, time);
  text_ += '"';
  return *this;
}

Writer& Writer::value(Date date) {
  before_value();
  text_ += '"';
  append_date(text_, date);
  text_ += '"';
  return *this;
}

void Writer::append_escaped(std::string_view text) {
  text_ += '"';
  std::size_t written = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto character = static_cast<unsigned char>(text[at]);
    const char escape = kEscapes[character];
    if (escape == 0) continue;
    text_.append(text, written, at - written);
    written = at + 1;
    text_ += '\\';
    text_ += escape;
    if (escape == 'u') {
      constexpr std::string_view kDigits = "0123456789abcdef";
      text_ += "00";
      text_ += kDigits[character >> 4];
      text_ += kDigits[character & 15];
    }
  }
  text_.append(text, written);
  text_ += '"';
}

std::string Writer::take() {
  if (text_.empty() || !levels_.empty()) broken("the JSON text is not finished");
  return std::exchange(text_, {});
}

}  // namespace portal::json
