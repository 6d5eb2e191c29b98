#include "http/checks.hpp"

#include <charconv>
#include <cstdint>
#include <system_error>

#include "base/limits.hpp"

namespace portal::http {

bool is_json_media_type(std::string_view content_type) noexcept {
  if (content_type.size() > limits::kMediaTypeBytes) return false;
  const std::size_t semicolon = content_type.find(';');
  if (!equals_ignoring_case(trim_blanks(content_type.substr(0, semicolon)), "application/json")) return false;
  if (semicolon == std::string_view::npos) return true;
  const std::string_view parameter = trim_blanks(content_type.substr(semicolon + 1));
  return equals_ignoring_case(parameter, "charset=utf-8") || equals_ignoring_case(parameter, "charset=\"utf-8\"");
}

Result<void> require_json_body(const Request& request) {
  if (request.count_headers("Content-Type") != 1 || !is_json_media_type(*request.header("Content-Type"))) {
    return fail(ErrorCode::kUnsupportedMediaType);
  }
  // A compressed body would have to be unpacked under a limit of its own; nobody sends one.
  if (request.count_headers("Content-Encoding") != 0) return fail(ErrorCode::kUnsupportedMediaType);
  if (request.body.size() > limits::kBodyBytes) return fail(ErrorCode::kPayloadTooLarge);
  return {};
}

Result<void> require_file_body(const Request& request, std::int64_t maximum) {
  constexpr std::string_view kLength = "Content-Length";
  if (request.count_headers(kLength) != 1) return std::unexpected(Error::field("/header/Content-Length", "required"));
  const std::string_view text = *request.header(kLength);
  std::int64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || end != text.data() + text.size() || length < 0)
    return std::unexpected(Error::field("/header/Content-Length", "invalid_syntax"));
  if (error == std::errc::result_out_of_range || length > maximum) return fail(ErrorCode::kPayloadTooLarge);
  return {};
}

Result<void> require_same_origin(const Request& request, std::string_view own_origin) {
  const std::size_t fetch_sites = request.count_headers("Sec-Fetch-Site");
  if (fetch_sites == 1 && request.header("Sec-Fetch-Site") == "same-origin") return {};
  if (fetch_sites == 0 && !own_origin.empty() && request.count_headers("Origin") == 1 &&
      request.header("Origin") == own_origin) {
    return {};
  }
  return fail(ErrorCode::kCrossSiteRequest);
}

bool is_ndjson_media_type(std::string_view content_type) noexcept {
  const std::string_view name = trim_blanks(content_type.substr(0, content_type.find(';')));
  for (const std::string_view known : {"application/x-ndjson", "application/ndjson", "application/jsonl"}) {
    if (equals_ignoring_case(name, known)) return true;
  }
  return false;
}

Result<void> require_ndjson_body(const Request& request) {
  if (request.count_headers("Content-Type") != 1 || !is_ndjson_media_type(*request.header("Content-Type")) ||
      request.count_headers("Content-Encoding") != 0)
    return fail(ErrorCode::kUnsupportedMediaType);
  return require_file_body(request, limits::kImportBytes);
}

}  // namespace portal::http
