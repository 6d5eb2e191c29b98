// Whether a PDF asks its reader to do something: run a script, start a program, send a form, open what is packed into
// it. Such a file is only ever saved, never shown by the browser. What stands in compressed objects is not looked into:
// viewers in browsers keep scripts in a sandbox of their own, so this is the second wall.
#pragma once

#include <string>
#include <string_view>

namespace portal::files {

class ActiveContentScan {
 public:
  // The next bytes of the file.
  void add(std::string_view bytes);
  bool found() const { return found_; }

 private:
  void end_name();

  enum class State : unsigned char { kOutside, kName, kEscape, kSecondDigit };
  State state_ = State::kOutside;
  char escaped_ = 0;
  std::string name_;
  bool found_ = false;
};

}  // namespace portal::files
