#include "files/active_content.hpp"

#include <algorithm>
#include <array>

namespace portal::files {
namespace {

// ISO 32000-1: actions (12.6), multimedia and files that are packed in (7.11.4, 13), XFA forms (12.7.8).
constexpr std::array<std::string_view, 10> kNames = {"JavaScript",    "JS",        "Launch",    "SubmitForm",
                                                     "ImportData",    "RichMedia", "Rendition", "EmbeddedFile",
                                                     "EmbeddedFiles", "XFA"};
constexpr std::size_t kLongest = 13;

constexpr bool ends_name(char character) {
  constexpr std::string_view kEnds("\0\t\n\f\r ()<>[]{}/%", 16);
  return kEnds.contains(character);
}

constexpr int digit_of(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

}  // namespace

void ActiveContentScan::end_name() {
  found_ = found_ || std::ranges::find(kNames, std::string_view(name_)) != kNames.end();
  name_.clear();
  state_ = State::kOutside;
}

void ActiveContentScan::add(std::string_view bytes) {
  while (!bytes.empty() && !found_) {
    if (state_ == State::kOutside) {
      const std::size_t slash = bytes.find('/');
      if (slash == std::string_view::npos) return;
      bytes.remove_prefix(slash + 1);
      state_ = State::kName;
      continue;
    }
    const char character = bytes.front();
    if (state_ == State::kName) {
      if (ends_name(character)) {
        end_name();  // a slash begins the next one
        continue;
      }
      if (character == '#') {
        state_ = State::kEscape;
      } else if (name_.size() <= kLongest) {
        name_ += character;
      }
    } else if (digit_of(character) < 0) {
      state_ = State::kName;  // a broken escape is no name of ours
      name_ += '#';
      continue;
    } else if (state_ == State::kEscape) {
      escaped_ = static_cast<char>(digit_of(character) << 4);
      state_ = State::kSecondDigit;
    } else {
      if (name_.size() <= kLongest) name_ += static_cast<char>(escaped_ | digit_of(character));
      state_ = State::kName;
    }
    bytes.remove_prefix(1);
  }
}

}  // namespace portal::files
