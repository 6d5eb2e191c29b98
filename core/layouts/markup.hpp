// Where in HTML a place is, as far as it decides what may be inserted there.
#pragma once

#include <cstdint>
#include <string_view>

namespace portal::layouts {

enum class Place : std::uint8_t { kText, kAttribute, kElsewhere };

// Follows HTML from its beginning. What a browser would read otherwise than this, such as a tag that never ends, is
// kElsewhere for the rest: nothing is inserted there.
class Markup {
 public:
  void follow(std::string_view html);
  Place place() const;

 private:
  enum class State : std::uint8_t { kText, kTag, kDoubleQuoted, kSingleQuoted, kComment, kRawText };
  std::size_t step(std::string_view rest);
  std::size_t open_tag(std::string_view rest);
  void close_tag();

  State state_ = State::kText;
  std::string_view raw_element_;  // script, style and the like: until their end nothing is markup
  bool opens_raw_ = false;        // the tag that is being read begins such an element
};

}  // namespace portal::layouts
