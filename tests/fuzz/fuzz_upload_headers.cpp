// Header lines "name:value", one a line, of an upload: what is accepted is one type, one bounded length, and one name
// that is text in no folder; and what we write for a name is read as that name.
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "http/content_disposition.hpp"
#include "http/upload_headers.hpp"
#include "require.hpp"

using namespace portal;

namespace {

std::vector<http::Header> split(std::string_view text) {
  std::vector<http::Header> headers;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t colon = std::min(line.find(':'), line.size());
    headers.push_back({line.substr(0, colon), http::trim_blanks(line.substr(std::min(colon + 1, line.size())))});
  }
  return headers;
}

void check(const http::UploadHeaders& upload) {
  fuzz::require(http::is_media_type(upload.media_type), "a type is a type");
  fuzz::require(upload.length <= static_cast<std::uint64_t>(limits::kDocumentBytes), "a length is bounded");
  const auto characters = count_code_points(upload.name);
  fuzz::require(characters && *characters >= 1 && *characters <= limits::kFileNameCharacters, "a name is bounded text");
  fuzz::require(upload.name.find_first_of("/\\\r\n\x7F") == std::string::npos, "a name is in no folder");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::as_text(data, size);
  std::vector<http::Header> headers = split(input);
  http::Request request;
  request.headers = headers;
  if (const Result<http::UploadHeaders> parsed = http::parse_upload_headers(request)) {
    check(*parsed);
    fuzz::require(request.count_headers("content-disposition") == 1, "one header names the file");
    fuzz::require(request.count_headers("content-encoding") == 0, "bytes are what they are");
  }
  // Our own way out is a way in.
  const std::string disposition = http::format_content_disposition(http::Disposition::kAttachment, input);
  headers = {{"Content-Type", "a/b"}, {"Content-Length", "1"}, {"Content-Disposition", disposition}};
  request.headers = headers;
  const Result<http::UploadHeaders> parsed = http::parse_upload_headers(request);
  fuzz::require(parsed.has_value(), "a name of ours is accepted");
  check(*parsed);
  fuzz::require(http::format_content_disposition(http::Disposition::kAttachment, parsed->name) == disposition,
                "a name of ours stays as it is");
  return 0;
}
