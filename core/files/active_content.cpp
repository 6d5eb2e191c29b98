#include "files/active_content.hpp"

#include <algorithm>
#include <array>

namespace portal::files {
namespace {

// ISO 32000-1: actions (12.6), multimedia and files that are packed in (7.11.4, 13), XFA forms (12.7.8).
// Of an encrypted file nothing can be said (7.6).
constexpr std::array<std::string_view, 11> kNames = {"JavaScript",    "JS",        "Launch",    "SubmitForm",
                                                     "ImportData",    "RichMedia", "Rendition", "EmbeddedFile",
                                                     "EmbeddedFiles", "XFA",       "Encrypt"};
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

void ActiveNames::end_name() {
  seen_.kind = seen_.kind || name_ == "ObjStm";
  seen_.count = seen_.count || name_ == "N";
  seen_.first = seen_.first || name_ == "First";
  found_ = found_ || std::ranges::find(kNames, std::string_view(name_)) != kNames.end();
  name_.clear();
  state_ = State::kOutside;
}

void ActiveNames::add(std::string_view bytes) {
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

// Up to where a stream of objects begins, if one does.
void ActiveContentScan::find_stream(std::string_view& bytes) {
  constexpr std::string_view kKeyword = "stream";
  constexpr std::size_t kLongestDictionary = 4096;
  // The keyword may lie across the end of what came before.
  const std::size_t seen = before_.size();
  before_.append(bytes);
  std::size_t looked_at = seen;
  for (std::size_t at = before_.find(kKeyword, seen - std::min(seen, kKeyword.size() - 1)); at != std::string::npos;
       at = before_.find(kKeyword, at + 1)) {
    const std::size_t end = at + kKeyword.size();
    names_.add(std::string_view(before_).substr(looked_at, end - looked_at));
    looked_at = end;
    if (at >= 3 && before_.compare(at - 3, 3, "end") == 0) continue;
    if (!names_.take_object_stream()) continue;
    const std::size_t start = at - std::min(at, kLongestDictionary);
    objects_ = std::make_unique<ObjectStream>(std::string_view(before_).substr(start, at - start));
    bytes.remove_prefix(end - seen);
    before_.clear();
    return;
  }
  names_.add(std::string_view(before_).substr(looked_at));
  before_.erase(0, before_.size() - std::min(before_.size(), kLongestDictionary));
  bytes = {};
}

void ActiveContentScan::read_objects(std::string_view& bytes) {
  std::string text;
  const std::string_view packed = bytes;
  const ObjectStream::State state = objects_->add(bytes, left_, text);
  packed_names_.add(packed.substr(0, packed.size() - bytes.size()));
  left_ -= std::min<std::uint64_t>(left_, text.size());
  names_.add(text);
  unreadable_ = state == ObjectStream::State::kUnreadable;
  if (state != ObjectStream::State::kOver) return;
  names_.add("\n");  // a name ends with the stream
  objects_.reset();
}

void ActiveContentScan::add(std::string_view bytes) {
  while (!bytes.empty() && !found()) objects_ ? read_objects(bytes) : find_stream(bytes);
}

}  // namespace portal::files
