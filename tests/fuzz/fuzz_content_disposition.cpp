// Names of files on their way into a header: whatever somebody called a file, the header is one header, names one file
// in no folder, and its two forms say the same. Types and entity tags from outside are read on the way.
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "files/media_type.hpp"
#include "http/content_disposition.hpp"
#include "http/precondition.hpp"
#include "require.hpp"

#include <algorithm>
#include <vector>

using namespace portal;

namespace {

constexpr std::string_view kPlain = "attachment; filename=\"";
constexpr std::string_view kExtended = "\"; filename*=UTF-8''";

int digit(char character) {
  return character >= '0' && character <= '9'   ? character - '0'
         : character >= 'A' && character <= 'F' ? character - 'A' + 10
                                                : -1;
}

std::string decode(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    fuzz::require(at + 2 < text.size() && digit(text[at + 1]) >= 0 && digit(text[at + 2]) >= 0, "escapes are whole");
    decoded += static_cast<char>(digit(text[at + 1]) * 16 + digit(text[at + 2]));
    at += 2;
  }
  return decoded;
}

void check_name(std::string_view name) {
  fuzz::require(!name.empty() && name.size() <= limits::kFileNameBytes, "a name is there and bounded");
  fuzz::require(!name.starts_with('.') && name.find_first_of("/\\\"\r\n:") == std::string_view::npos,
                "no folder, no end");
  fuzz::require(is_valid_text(name), "a name is valid text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view name = fuzz::as_text(data, size);
  const std::string value = http::format_content_disposition(http::Disposition::kAttachment, name);
  fuzz::require(std::ranges::all_of(value, [](char letter) { return letter >= ' ' && letter <= '~'; }), "ASCII");
  fuzz::require(value.starts_with(kPlain), "the plain form comes first");
  const std::string_view rest = std::string_view(value).substr(kPlain.size());
  const std::size_t end = rest.find('"');
  fuzz::require(end != std::string_view::npos, "the quotation ends");
  check_name(rest.substr(0, end));
  if (end + 1 != rest.size()) {
    fuzz::require(rest.substr(end).starts_with(kExtended), "then the extended form or nothing");
    const std::string full = decode(rest.substr(end + kExtended.size()));
    check_name(full);
    fuzz::require(count_code_points(full) == end, "a letter of the plain form for each of the full one");
  }
  const std::string_view type = files::detect_type(name, name);
  fuzz::require(files::served_type(type).media_type == type, "what is detected is served as it is");
  const std::vector<http::Header> headers = {{"If-None-Match", name}};
  http::Request request;
  request.headers = headers;
  http::has_current_copy(request, "\"abc\"");
  return 0;
}
