// Whether a PDF asks its reader to do something: run a script, start a program, send a form, open what is packed into
// it. Such a file is only ever saved, never shown by the browser; and so is one that cannot be looked into, because it
// is encrypted, damaged, or packs its objects in an unusual way. Viewers in browsers keep scripts in a sandbox of their
// own: this is the second wall.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "files/object_streams.hpp"

namespace portal::files {

// Names in a text of PDF that ask for something.
class ActiveNames {
 public:
  void add(std::string_view bytes);
  bool found() const { return found_; }
  // Whether the next stream may hold objects: what stands in front of it names its kind, or what readers look for in
  // one. Asked once for each stream.
  bool take_object_stream() { return std::exchange(seen_, {}).is_object_stream(); }

 private:
  void end_name();

  struct Seen {
    bool kind = false;
    bool count = false;
    bool first = false;
    bool is_object_stream() const { return kind || (count && first); }
  };
  enum class State : unsigned char { kOutside, kName, kEscape, kSecondDigit };
  State state_ = State::kOutside;
  char escaped_ = 0;
  std::string name_;
  bool found_ = false;
  Seen seen_;
};

class ActiveContentScan {
 public:
  // The next bytes of the file.
  void add(std::string_view bytes);
  bool found() const { return names_.found() || packed_names_.found() || unreadable_; }

  static constexpr std::uint64_t kMostObjects = std::uint64_t{32} * 1024 * 1024;  // bytes of text in one file

 private:
  void find_stream(std::string_view& bytes);
  void read_objects(std::string_view& bytes);

  ActiveNames names_;
  ActiveNames packed_names_;               // what is packed may be read as it stands, too
  std::string before_;                     // the last bytes, in which the dictionary of a stream stands
  std::unique_ptr<ObjectStream> objects_;  // within one
  std::uint64_t left_ = kMostObjects;
  bool unreadable_ = false;
};

}  // namespace portal::files
