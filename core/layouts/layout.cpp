#include "layouts/layout.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "layouts/markup.hpp"
#include "layouts/position.hpp"

namespace portal::layouts {
namespace {

constexpr std::string_view kOpen = "{{", kClose = "}}";
constexpr std::size_t kLongestName = 64;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && std::ranges::all_of(text, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '.' || letter == '_';
  });
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// U+202A to U+202E and U+2066 to U+2069; the two marks U+200E and U+200F only order the letters that they stand
// between.
bool turns_direction(std::string_view rest) {
  if (rest.size() < 3 || rest[0] != '\xE2') return false;
  const auto second = static_cast<unsigned char>(rest[1]), third = static_cast<unsigned char>(rest[2]);
  return (second == 0x80 && third >= 0xAA && third <= 0xAE) || (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

// U+0080 to U+009F, and the line and paragraph separators U+2028 and U+2029: their length in bytes, else 0.
std::size_t control_bytes(std::string_view rest) {
  const auto first = static_cast<unsigned char>(rest[0]);
  if (first < 0x20 || first == 0x7F) return 1;
  if (rest.size() >= 2 && first == 0xC2 && static_cast<unsigned char>(rest[1]) < 0xA0) return 2;
  return rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9") ? 3 : 0;
}

std::string insert_line(std::string_view value, Format format) {
  const std::string text = clean_value(value);
  return format == Format::kHtml ? escape_html(text) : text;
}

std::string insert(std::string_view value, Format format, bool keeps_lines) {
  std::string result;
  for (std::size_t end = 0; keeps_lines && (end = value.find('\n')) != std::string_view::npos;) {
    const std::size_t length = end > 0 && value[end - 1] == '\r' ? end - 1 : end;
    result += insert_line(value.substr(0, length), format) + (format == Format::kHtml ? "<br>" : "\n");
    value.remove_prefix(end + 1);
  }
  return result + insert_line(value, format);
}

}  // namespace

Result<Layout> Layout::parse(std::string_view text, Format format, std::span<const std::string_view> names) {
  if (text.size() > kMaximumBytes) return refuse_at(text.substr(0, kMaximumBytes), kMaximumBytes, "too_long");
  if (!is_valid_text(text)) return refuse_at(text, count_valid_bytes(text), "invalid_text");
  Layout layout(format);
  Markup markup;
  std::size_t position = 0;
  while (position < text.size()) {
    const std::size_t open = std::min(text.find(kOpen, position), text.size());
    Piece piece{.literal = std::string(text.substr(position, open - position)), .name = {}};
    markup.follow(piece.literal);
    position = open;
    if (open < text.size()) {
      const std::size_t close = text.find(kClose, open);
      if (close == std::string_view::npos) return refuse_at(text, open, "unclosed_placeholder");
      const std::string_view name = without_blanks(text.substr(open + kOpen.size(), close - open - kOpen.size()));
      if (!is_name(name)) return refuse_at(text, open, "invalid_placeholder");
      if (std::ranges::find(names, name) == names.end()) return refuse_at(text, open, "unknown_placeholder");
      const Place place = format == Format::kHtml ? markup.place() : Place::kText;
      if (place == Place::kElsewhere || (place == Place::kAttribute && !name.ends_with(".url")))
        return refuse_at(text, open, "misplaced_placeholder");
      piece.name = name;
      position = close + kClose.size();
    }
    layout.pieces_.push_back(std::move(piece));
  }
  return layout;
}

Result<std::string> Layout::render(std::span<const Value> values) const {
  std::string result;
  for (const Piece& piece : pieces_) {
    result += piece.literal;
    if (piece.name.empty()) continue;
    const auto value = std::ranges::find(values, piece.name, &Value::name);
    if (value == values.end()) return fail(ErrorCode::kInternal, "a layout has no value for {{" + piece.name + "}}");
    result += insert(value->text, format_, piece.name.ends_with(".lines"));
  }
  return result;
}

std::string clean_value(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    if (turns_direction(text)) {
      text.remove_prefix(3);
    } else if (const std::size_t bytes = control_bytes(text); bytes > 0) {
      result += ' ';
      text.remove_prefix(bytes);
    } else {
      result += text.front();
      text.remove_prefix(1);
    }
  }
  return result;
}

std::string escape_html(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += letter;
    }
  }
  return result;
}

}  // namespace portal::layouts
