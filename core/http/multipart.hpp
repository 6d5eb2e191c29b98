// multipart/form-data (RFC 7578) as it comes: bytes in any slices go in, parts and their bytes come out, and what is
// kept in between is bounded, however long a body is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::http {

struct PartHeaders {
  std::string name;                      // of the form's field
  std::optional<std::string> file_name;  // of a file; empty where the form was sent without choosing one
  std::string media_type;                // lower case, without parameters; text/plain when it says nothing
};

// What comes out. An error ends the parsing and is what feed() returns.
class PartSink {
 public:
  virtual ~PartSink() = default;
  virtual Result<void> on_part(const PartHeaders& headers) = 0;
  // Valid during the call. Never empty.
  virtual Result<void> on_bytes(std::string_view bytes) = 0;
  virtual Result<void> on_part_end() = 0;
};

// The boundary that a Content-Type names; kUnsupportedMediaType for everything but multipart/form-data with one.
Result<std::string> parse_multipart_boundary(std::string_view content_type);

class MultipartParser {
 public:
  MultipartParser(std::string_view boundary, PartSink& sink);

  // kInvalidRequest for what is not as RFC 2046 and RFC 7578 have it, kInvalidField for a name of a file that is none
  // (pointer: the part's name), kPayloadTooLarge for too many parts, a field over limits::kPartTextBytes, a file over
  // limits::kDocumentBytes. After an error there is nothing more to be fed.
  Result<void> feed(std::string_view bytes);
  // At the body's end: kInvalidRequest unless the last boundary has come.
  Result<void> finish() const;

 private:
  enum class State : std::uint8_t { kPreamble, kBoundaryEnd, kHeaders, kBody, kEpilogue, kFailed };

  Result<void> refuse(std::string_view why);
  Result<void> feed_text(std::string_view& bytes);
  Result<void> feed_boundary_end(std::string_view& bytes);
  Result<void> feed_headers(std::string_view& bytes);
  Result<void> pass_on(std::string_view bytes);
  Result<void> end_part();
  Result<void> begin_part();
  Result<void> drop(std::size_t bytes);

  std::string delimiter_;  // CRLF, two hyphens, boundary
  PartSink& sink_;
  State state_ = State::kPreamble;
  // Of the delimiter. Where a text begins, the line end before it counts as the delimiter's, without being of the text.
  std::size_t matched_ = 2;
  std::size_t assumed_ = 2;
  std::string line_;  // after a boundary, or the headers of a part
  std::size_t parts_ = 0;
  std::size_t dropped_ = 0;       // before the first boundary and after the last
  std::uint64_t part_bytes_ = 0;  // of this part
  bool is_file_ = false;
};

}  // namespace portal::http
