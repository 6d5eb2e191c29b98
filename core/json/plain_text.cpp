#include "json/plain_text.hpp"

namespace portal::json {
namespace {

bool is_break_or_tab(char letter) { return letter == '\n' || letter == '\r' || letter == '\t'; }

template <class IsAllowed>
bool has_control_other_than(std::string_view text, IsAllowed is_allowed) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte < 0x20 || byte == 0x7F) && !is_allowed(text[at])) return true;
    // U+0080 to U+009F are C2 80 to C2 9F.
    if (byte == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0) return true;
  }
  return false;
}

}  // namespace

bool has_control(std::string_view text) noexcept {
  return has_control_other_than(text, [](char) { return false; });
}

bool has_control_in_lines(std::string_view text) noexcept { return has_control_other_than(text, is_break_or_tab); }

void require_one_line(ObjectReader& body, std::string_view name, std::string_view text) {
  if (has_control(text))
    body.add_error(name, "invalid_text");
  else if (!text.empty() && without_blanks(text).empty())
    body.add_error(name, "too_short");
}

void require_lines(ObjectReader& body, std::string_view name, std::string_view text) {
  if (has_control_in_lines(text)) body.add_error(name, "invalid_text");
}

std::string_view without_blanks(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

void trim_line(ObjectReader& body, std::string_view name, std::string& text) {
  text = std::string(without_blanks(text));
  if (text.empty()) body.add_error(name, "too_short");
  require_one_line(body, name, text);
}

}  // namespace portal::json
