// What the headers of an uploaded file say: its type, its name and its length.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/parameters.hpp"
#include "http/request.hpp"

namespace portal::http {

struct UploadHeaders {
  std::string media_type;  // as declared, lower case, without parameters; what the file is, its content decides
  std::string name;      // valid text without folders and control characters; what is saved under it is another matter
  std::uint64_t length;  // bytes, at most limits::kDocumentBytes
};

// Of a body that is the file itself: `Content-Type`, `Content-Length` and `Content-Disposition: attachment;
// filename*=UTF-8''...` (RFC 6266, RFC 8187), each once. kUnsupportedMediaType for the type and for a body that is
// encoded, kPayloadTooLarge for the length, else kInvalidField with the header as its pointer.
Result<UploadHeaders> parse_upload_headers(const Request& request);

// The name of a file among the parameters of its Content-Disposition: that of `filename*`, else of `filename`, without
// the folders before it. Nothing: there is neither. It may be empty, as where a form was sent without choosing a file.
// The error is a FieldError's code: invalid_syntax, invalid_text, too_long.
std::expected<std::optional<std::string>, std::string_view> find_file_name(const ParameterizedValue& disposition);

}  // namespace portal::http
