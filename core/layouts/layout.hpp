// Layouts of messages: texts with placeholders such as {{client.name}} (FEATURES A6 to A8), checked when they are saved
// and filled in when a message is made. Whoever saves one and whoever sends one go by the same rules.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace portal::layouts {

// What a layout becomes, and so how inserted values are escaped.
enum class Format : std::uint8_t { kText, kHtml };

struct Value {
  std::string_view name;  // "client.name"
  std::string_view text;
};

class Layout {
 public:
  static constexpr std::size_t kMaximumBytes = 64 * 1024;

  // `names` are the placeholders that may stand in it. kInvalidField when something is wrong: the field's pointer is
  // "@" and the offset in bytes, its code one of too_long, invalid_text, unclosed_placeholder, invalid_placeholder,
  // unknown_placeholder, misplaced_placeholder; log_detail says the same with line and column. In HTML a placeholder
  // stands in text, or, when its name ends in ".url", in a quoted attribute.
  static Result<Layout> parse(std::string_view text, Format format, std::span<const std::string_view> names);

  // kInternal when a placeholder has no value. Values are one line each, see clean_value; those of names that end in
  // ".lines" keep their lines.
  Result<std::string> render(std::span<const Value> values) const;

 private:
  struct Piece {
    std::string literal;
    std::string name;  // what follows the literal; empty: nothing, the end
  };
  explicit Layout(Format format) : format_(format) {}
  Format format_;
  std::vector<Piece> pieces_;
};

// For what people typed: control characters, line ends among them, become blanks, and marks that turn the direction of
// the text around them are left out, so that a name cannot change what stands beside it.
std::string clean_value(std::string_view text);

// For text and quoted attributes.
std::string escape_html(std::string_view text);

}  // namespace portal::layouts
