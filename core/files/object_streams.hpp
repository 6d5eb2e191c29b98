// The compressed objects of a PDF (ISO 32000-1, 7.5.7), so that what stands in them is looked at like the rest.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace portal::files {

// The text of one stream of objects, as it comes in.
class ObjectStream {
 public:
  // `before` is what stands in front of the keyword "stream", as far as it is known: its dictionary and more.
  explicit ObjectStream(std::string_view before);
  ObjectStream(const ObjectStream&) = delete;
  ObjectStream& operator=(const ObjectStream&) = delete;
  ~ObjectStream();

  enum class State : std::uint8_t { kMore, kOver, kUnreadable };
  // Appends the text of the next bytes of the file and takes them; what is behind the stream is left. kUnreadable: it
  // is compressed in another way than once with zlib's, damaged, encrypted, has more text than `most` in these bytes,
  // or its text does not begin as such a text does, with numbers alone. `text` is empty at first.
  State add(std::string_view& bytes, std::uint64_t most, std::string& text);

 private:
  struct Inflater;
  bool begins_with_numbers(std::string_view text);

  std::uint64_t numbers_left_ = 0;      // bytes of text in which nothing else may stand
  std::unique_ptr<Inflater> inflater_;  // null: its dictionary is not as plain as they are
};

}  // namespace portal::files
