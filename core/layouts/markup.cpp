#include "layouts/markup.hpp"

#include <algorithm>
#include <array>

namespace portal::layouts {
namespace {

// In these the browser reads no markup, or not as text (HTML section 13.2.5).
constexpr std::array<std::string_view, 9> kRawElements = {"script", "style",   "textarea", "title",    "xmp",
                                                          "iframe", "noembed", "noframes", "plaintext"};

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

bool is_letter(char letter) { return lower(letter) >= 'a' && lower(letter) <= 'z'; }

bool begins_with(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::ranges::equal(text.substr(0, word.size()), word, [](char a, char b) { return lower(a) == b; });
}

// The name ends where no letter or digit follows.
bool names(std::string_view text, std::string_view element) {
  return begins_with(text, element) &&
         (text.size() == element.size() ||
          (!is_letter(text[element.size()]) && (text[element.size()] < '0' || text[element.size()] > '9')));
}

}  // namespace

void Markup::follow(std::string_view html) {
  while (!html.empty()) html.remove_prefix(step(html));
}

Place Markup::place() const {
  if (state_ == State::kText) return Place::kText;
  return state_ == State::kDoubleQuoted || state_ == State::kSingleQuoted ? Place::kAttribute : Place::kElsewhere;
}

// How many bytes were read: at least one.
std::size_t Markup::step(std::string_view rest) {
  switch (state_) {
    case State::kText:
      return rest.front() == '<' ? open_tag(rest) : 1;
    case State::kTag:
      if (rest.front() == '"') state_ = State::kDoubleQuoted;
      if (rest.front() == '\'') state_ = State::kSingleQuoted;
      if (rest.front() == '>') close_tag();
      return 1;
    case State::kDoubleQuoted:
      if (rest.front() == '"') state_ = State::kTag;
      return 1;
    case State::kSingleQuoted:
      if (rest.front() == '\'') state_ = State::kTag;
      return 1;
    case State::kComment:
      if (!rest.starts_with("-->")) return 1;
      state_ = State::kText;
      return 3;
    case State::kRawText:
      if (!rest.starts_with("</") || !names(rest.substr(2), raw_element_)) return 1;
      raw_element_ = {};
      state_ = State::kTag;
      return 2;
  }
  return 1;
}

std::size_t Markup::open_tag(std::string_view rest) {
  if (rest.starts_with("<!--")) {
    state_ = State::kComment;
    return 4;
  }
  // A "<" before a placeholder would make a tag of what is inserted.
  if (rest.size() < 2) {
    state_ = State::kTag;
    return 1;
  }
  if (!is_letter(rest[1]) && rest[1] != '/' && rest[1] != '!' && rest[1] != '?') return 1;
  const auto raw = std::ranges::find_if(kRawElements, [&](auto element) { return names(rest.substr(1), element); });
  opens_raw_ = raw != kRawElements.end();
  if (opens_raw_) raw_element_ = *raw;
  state_ = State::kTag;
  return 2;
}

void Markup::close_tag() {
  state_ = opens_raw_ ? State::kRawText : State::kText;
  opens_raw_ = false;
}

}  // namespace portal::layouts
