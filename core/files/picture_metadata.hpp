// What a picture says besides what it shows: where and when it was taken, with which device, by whom, and whatever a
// program packed into it or behind it. It is left out on the way into the folder, without touching the picture: the
// pixels, their colours and which way is up stay bit by bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace portal::files {

// Of JPEG and PNG, told by their first bytes; everything else passes as it is.
class MetadataFilter {
 public:
  // Appends what is kept of the next bytes; holds back at most one segment of 64 KiB.
  void add(std::string_view bytes, std::string& kept);
  // After the last one.
  void finish(std::string& kept);
  // Begins as a picture and is none: something in its structure is wrong, or it ends before anything is shown. What was
  // kept of it means nothing.
  bool is_broken() const { return state_ == State::kBroken; }
  // Nothing is left out of this one: its bytes need not go through here.
  bool passes() const { return state_ == State::kOther && pending_.empty(); }

 private:
  enum class State : std::uint8_t {
    kUnknown,
    kOther,
    kSegments,  // of a JPEG: between markers
    kScan,      // of a JPEG: pixels
    kChunks,    // of a PNG: between chunks
    kCopying,   // of a PNG: the rest of a chunk
    kSkipping,  // of a PNG: the same, which is left out
    kEnded,     // whatever is behind the picture is none of it
    kBroken,
  };

  void begin(std::string& kept);
  // Each takes what it can from the front of what is pending; false: it needs more.
  bool take_segment(std::string& kept);
  bool take_scan(std::string& kept);
  bool take_chunk(std::string& kept);
  bool take_rest(std::string& kept);
  void keep_segment(unsigned char marker, std::string_view segment, std::string& kept);
  std::string_view rest() const { return std::string_view(pending_).substr(taken_); }

  State state_ = State::kUnknown;
  std::string pending_;
  std::size_t taken_ = 0;     // of what is pending
  std::uint64_t left_ = 0;    // of a chunk
  bool shows_ = false;        // pixels have been met
  bool is_first_ = true;      // chunk
  bool is_oriented_ = false;  // which way is up has been said
};

}  // namespace portal::files
