#include "http/upload_headers.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>

#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace portal::http {
namespace {

constexpr std::string_view kType = "Content-Type";
constexpr std::string_view kLength = "Content-Length";
constexpr std::string_view kDisposition = "Content-Disposition";

std::unexpected<Error> refuse(std::string_view header, std::string_view code) {
  return std::unexpected(Error::field("/header/" + std::string(header), std::string(code)));
}

int hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  return -1;
}

// RFC 8187 section 3.2: UTF-8'language'text, where everything but attr-char is escaped. No other charset is read.
std::optional<std::string> decode_extended(std::string_view value) {
  const std::size_t first = value.find('\'');
  const std::size_t second = first == std::string_view::npos ? first : value.find('\'', first + 1);
  if (second == std::string_view::npos || !equals_ignoring_case(value.substr(0, first), "UTF-8")) return std::nullopt;
  std::string decoded;
  for (std::size_t at = second + 1; at < value.size(); ++at) {
    const char character = value[at];
    if (character == '%') {
      const int high = at + 2 < value.size() ? hex_digit(value[at + 1]) : -1;
      const int low = at + 2 < value.size() ? hex_digit(value[at + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      at += 2;
    } else if (is_token({&character, 1}) && character != '*' && character != '\'') {
      decoded += character;
    } else {
      return std::nullopt;
    }
  }
  return decoded;
}

// C0, DEL and C1: the columns hold none of them.
bool has_controls(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0) return true;
  }
  return false;
}

Result<std::uint64_t> read_length(const Request& request) {
  if (request.count_headers(kLength) != 1) return refuse(kLength, "required");
  const std::string_view text = *request.header(kLength);
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  const bool digits = !text.empty() && end == text.data() + text.size();
  if (!digits) return refuse(kLength, "invalid_syntax");
  if (error == std::errc::result_out_of_range || length > static_cast<std::uint64_t>(limits::kDocumentBytes))
    return fail(ErrorCode::kPayloadTooLarge);
  return length;
}

Result<std::string> read_type(const Request& request) {
  if (request.count_headers(kType) != 1 || request.count_headers("Content-Encoding") != 0)
    return fail(ErrorCode::kUnsupportedMediaType);
  const std::string_view text = *request.header(kType);
  if (text.size() > limits::kMediaTypeBytes) return fail(ErrorCode::kUnsupportedMediaType);
  std::optional<ParameterizedValue> type = parse_parameterized(text);
  if (!type || !is_media_type(type->value)) return fail(ErrorCode::kUnsupportedMediaType);
  return std::move(type->value);
}

Result<std::string> read_name(const Request& request) {
  if (request.count_headers(kDisposition) != 1) return refuse(kDisposition, "required");
  const std::string_view text = *request.header(kDisposition);
  if (text.size() > limits::kDispositionBytes) return refuse(kDisposition, "too_long");
  const std::optional<ParameterizedValue> disposition = parse_parameterized(text);
  if (!disposition || disposition->value != "attachment") return refuse(kDisposition, "invalid_syntax");
  std::expected<std::optional<std::string>, std::string_view> name = find_file_name(*disposition);
  if (!name) return refuse(kDisposition, name.error());
  if (!*name || (*name)->empty()) return refuse(kDisposition, "required");
  return std::move(**name);
}

}  // namespace

std::expected<std::optional<std::string>, std::string_view> find_file_name(const ParameterizedValue& disposition) {
  std::optional<std::string> name;
  if (const std::string* extended = disposition.find("filename*")) {
    name = decode_extended(*extended);
    if (!name) return std::unexpected("invalid_syntax");
  } else if (const std::string* plain = disposition.find("filename")) {
    name = *plain;
  } else {
    return std::nullopt;
  }
  // RFC 6266 section 4.3: folders that somebody else chose are nothing to go by.
  if (const std::size_t slash = name->find_last_of("/\\"); slash != std::string::npos) name->erase(0, slash + 1);
  const std::optional<std::size_t> characters = count_code_points(*name);
  if (!characters || has_controls(*name)) return std::unexpected("invalid_text");
  if (*characters > limits::kFileNameCharacters) return std::unexpected("too_long");
  return name;
}

Result<UploadHeaders> parse_upload_headers(const Request& request) {
  Result<std::string> type = read_type(request);
  if (!type) return fail(std::move(type.error()));
  const Result<std::uint64_t> length = read_length(request);
  if (!length) return fail(length.error());
  Result<std::string> name = read_name(request);
  if (!name) return fail(std::move(name.error()));
  return UploadHeaders{.media_type = std::move(*type), .name = std::move(*name), .length = *length};
}

}  // namespace portal::http
