#include "files/object_streams.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <new>
#include <optional>

namespace portal::files {
namespace {

// What the dictionary of a stream of objects says that is needed to read them.
struct ObjectsDictionary {
  std::uint64_t objects = 0;
  std::uint64_t first = 0;  // bytes of text in front of the first one
};

// ISO 32000-1, 7.2.2.
constexpr std::string_view kSpaces("\0\t\n\f\r ", 6);

// Takes the next word of a dictionary off the text: a bracket, a name or a number. Empty: there is none, or something
// else, such as a string or a comment.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
  std::size_t size = 0;
  if (text.starts_with("<<") || text.starts_with(">>")) {
    size = 2;
  } else if (text.starts_with('[') || text.starts_with(']')) {
    size = 1;
  } else {
    constexpr std::string_view kLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const std::size_t first = text.starts_with('/') ? 1 : 0;
    size = std::min(text.find_first_not_of(kLetters, first), text.size());
  }
  const std::string_view word = text.substr(0, size);
  text.remove_prefix(size);
  return word;
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
  const std::string_view word = take_word(text);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (word.empty() || error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

// "12", "12 0 R".
bool take_number_or_reference(std::string_view& text) {
  if (!take_number(text)) return false;
  std::string_view rest = text;
  if (take_number(rest) && take_word(rest) == "R") text = rest;
  return true;
}

bool take_filter(std::string_view& text) {
  const std::string_view word = take_word(text);
  return word == "/FlateDecode" || (word == "[" && take_word(text) == "/FlateDecode" && take_word(text) == "]");
}

// Whether the end of a text is certainly in no comment.
bool is_outside_comments(std::string_view text) {
  const std::size_t line = text.find_last_of("\r\n");
  return line != std::string_view::npos && !text.substr(line).contains('%');
}

bool take_value(std::string_view key, std::string_view& text, ObjectsDictionary& dictionary) {
  if (key == "/Type") return take_word(text) == "/ObjStm";
  if (key == "/Filter") return take_filter(text);
  if (key == "/Length" || key == "/Extends") return take_number_or_reference(text);
  if (key != "/N" && key != "/First") return false;
  const std::optional<std::uint64_t> number = take_number(text);
  (key == "/N" ? dictionary.objects : dictionary.first) = number.value_or(0);
  return number.has_value();
}

// Nothing unless what stands in front of a stream is the dictionary of objects that are compressed once, with zlib's
// method, and in no other way. It is read strictly: no key, string, comment or spelling that such a dictionary does not
// need, so that hardly anything else can be taken for it.
std::optional<ObjectsDictionary> read_dictionary(std::string_view before) {
  const std::size_t object = before.rfind("obj");
  if (object == std::string_view::npos || !is_outside_comments(before.substr(0, object))) return std::nullopt;
  std::string_view text = before.substr(object + 3);
  if (take_word(text) != "<<") return std::nullopt;
  ObjectsDictionary dictionary;
  for (std::string_view key = take_word(text); key != ">>"; key = take_word(text)) {
    if (!take_value(key, text, dictionary)) return std::nullopt;
  }
  const bool is_over = text.find_first_not_of(kSpaces) == std::string_view::npos;
  return is_over && dictionary.objects > 0 && dictionary.first > 0 ? std::optional(dictionary) : std::nullopt;
}

}  // namespace

struct ObjectStream::Inflater {
  Inflater() {
    if (::inflateInit(&stream) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { ::inflateEnd(&stream); }

  z_stream stream{};
  bool has_begun = false;  // the end of the line in front of it is over
};

ObjectStream::ObjectStream(std::string_view before) {
  const std::optional<ObjectsDictionary> dictionary = read_dictionary(before);
  if (!dictionary) return;
  numbers_left_ = dictionary->first;
  inflater_ = std::make_unique<Inflater>();
}

ObjectStream::~ObjectStream() = default;

// 7.5.7: of each object its number and place. Text that was changed before it was compressed, row by row or by a
// cipher, has other bytes there.
bool ObjectStream::begins_with_numbers(std::string_view text) {
  const std::string_view numbers = text.substr(0, std::min<std::uint64_t>(numbers_left_, text.size()));
  numbers_left_ -= numbers.size();
  return numbers.find_first_not_of("0123456789\t\n\f\r ") == std::string_view::npos;
}

ObjectStream::State ObjectStream::add(std::string_view& bytes, std::uint64_t most, std::string& text) {
  constexpr std::size_t kAtOnce = 16 * 1024;
  if (!inflater_) return State::kUnreadable;
  while (!inflater_->has_begun && !bytes.empty()) {
    inflater_->has_begun = bytes.front() != '\r' && bytes.front() != '\n';
    if (!inflater_->has_begun) bytes.remove_prefix(1);
  }
  if (bytes.empty()) return State::kMore;
  z_stream& stream = inflater_->stream;
  // zlib does not change what it reads.
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<unsigned>(bytes.size());
  for (;;) {
    std::array<unsigned char, kAtOnce> part{};
    stream.next_out = part.data();
    stream.avail_out = static_cast<unsigned>(part.size());
    const int status = ::inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = part.size() - stream.avail_out;
    text.append(reinterpret_cast<const char*>(part.data()), made);
    bytes.remove_prefix(bytes.size() - stream.avail_in);
    if (text.size() > most || !begins_with_numbers(std::string_view(text).substr(text.size() - made)))
      return State::kUnreadable;
    if (status == Z_STREAM_END) return numbers_left_ == 0 ? State::kOver : State::kUnreadable;
    if (status != Z_OK && status != Z_BUF_ERROR) return State::kUnreadable;
    if (stream.avail_in == 0 && stream.avail_out > 0) return State::kMore;
  }
}

}  // namespace portal::files
