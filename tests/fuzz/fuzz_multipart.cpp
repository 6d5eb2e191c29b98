// Bodies of multipart/form-data: the first byte says how they are cut. However that is, the same comes out, nothing is
// longer than its limit, and what was given a boundary of ours is found again as it was.
#include "http/multipart.hpp"

#include <algorithm>
#include <string>

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "require.hpp"

using namespace portal;

namespace {

constexpr std::string_view kBoundary = "b";

class Written final : public http::PartSink {
 public:
  Result<void> on_part(const http::PartHeaders& headers) override {
    fuzz::require(!inside_, "parts do not overlap");
    fuzz::require(++parts_ <= limits::kParts, "parts are counted");
    fuzz::require(!headers.name.empty() && headers.name.size() <= limits::kPartNameBytes,
                  "a name is there and bounded");
    fuzz::require(headers.name.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, "a name is one line");
    if (headers.file_name) check_file_name(*headers.file_name);
    fuzz::require(!headers.media_type.starts_with("multipart/"), "nothing nested");
    inside_ = true;
    text += headers.name + '\0' + headers.media_type + '\0' + headers.file_name.value_or("\n") + '\0';
    return {};
  }
  Result<void> on_bytes(std::string_view bytes) override {
    fuzz::require(inside_ && !bytes.empty(), "bytes belong to a part");
    text += bytes;
    return {};
  }
  Result<void> on_part_end() override {
    fuzz::require(inside_, "what ends has begun");
    inside_ = false;
    text += '\0';
    return {};
  }
  std::string text;

 private:
  static void check_file_name(std::string_view name) {
    const auto characters = count_code_points(name);
    fuzz::require(characters && *characters <= limits::kFileNameCharacters, "a file's name is bounded text");
    fuzz::require(name.find_first_of("/\\\r\n") == std::string_view::npos, "a file's name is in no folder");
  }
  bool inside_ = false;
  std::size_t parts_ = 0;
};

struct Outcome {
  bool good = true;
  ErrorCode code{};
  std::string text;
  bool operator==(const Outcome&) const = default;
};

Outcome parse(std::string_view body, std::size_t slice) {
  Written written;
  http::MultipartParser parser(kBoundary, written);
  Result<void> result;
  for (std::size_t at = 0; at < body.size() && result; at += slice) result = parser.feed(body.substr(at, slice));
  if (result) result = parser.finish();
  if (result) return {.good = true, .code = {}, .text = std::move(written.text)};
  return {.good = false, .code = result.error().code, .text = {}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view body = fuzz::as_text(data, size);
  const std::size_t slice = 1U + fuzz::take_byte(body);
  const Outcome whole = parse(body, std::max<std::size_t>(body.size(), 1));
  fuzz::require(parse(body, slice) == whole, "slices change nothing");
  fuzz::require(parse(body, 1) == whole, "single bytes change nothing");
  if (http::parse_multipart_boundary(body.substr(0, body.find('\r'))))
    fuzz::require(body.size() > 10, "a boundary comes from somewhere");

  // As the content of a part: what does not hold the delimiter comes out as it went in.
  if (body.contains("\r\n--b") || body.starts_with("--b") || body.size() > limits::kPartTextBytes) return 0;
  const std::string form =
      "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n" + std::string(body) + "\r\n--b--\r\n";
  const Outcome found = parse(form, slice);
  fuzz::require(found.good && found.text == std::string("a\0text/plain\0\n\0", 15) + std::string(body) + '\0',
                "a part is what was put into it");
  return 0;
}
