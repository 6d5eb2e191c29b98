#include "http/multipart.hpp"

#include <algorithm>

#include "base/field_errors.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "http/parameters.hpp"
#include "http/request.hpp"
#include "http/upload_headers.hpp"

namespace portal::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

// RFC 2046 section 5.1.1.
bool is_boundary(std::string_view text) {
  return !text.empty() && text.size() <= 70 && !text.ends_with(' ') && std::ranges::all_of(text, [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || std::string_view("'()+_,-./:=? ").contains(character);
  });
}

struct PartLines {
  std::optional<std::string_view> disposition, type;
};

// The two headers that count; nothing when the lines are not headers, or say something that is not accepted.
std::optional<PartLines> read_lines(std::string_view lines) {
  PartLines found;
  while (!lines.empty()) {
    const std::size_t end = lines.find(kLineEnd);
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + kLineEnd.size());
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return std::nullopt;
    if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) return std::nullopt;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim_blanks(line.substr(colon + 1));
    const bool is_disposition = equals_ignoring_case(name, "Content-Disposition");
    if (is_disposition || equals_ignoring_case(name, "Content-Type")) {
      std::optional<std::string_view>& place = is_disposition ? found.disposition : found.type;
      if (place) return std::nullopt;
      place = value;
    } else if (equals_ignoring_case(name, "Content-Transfer-Encoding")) {
      // RFC 7578 section 4.7: nobody encodes any more.
      constexpr std::string_view kPlain[] = {"binary", "8bit", "7bit"};
      if (std::ranges::none_of(kPlain, [&](std::string_view one) { return equals_ignoring_case(value, one); }))
        return std::nullopt;
    }
  }
  return found;
}

bool is_field_name(std::string_view name) {
  return name.size() <= limits::kPartNameBytes && find_text_fault(name, {.maximum = limits::kPartNameBytes}).empty() &&
         std::ranges::none_of(name,
                              [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F; });
}

}  // namespace

Result<std::string> parse_multipart_boundary(std::string_view content_type) {
  if (content_type.size() > limits::kMediaTypeBytes) return fail(ErrorCode::kUnsupportedMediaType);
  const std::optional<ParameterizedValue> type = parse_parameterized(content_type);
  const std::string* boundary = type && type->value == "multipart/form-data" ? type->find("boundary") : nullptr;
  if (!boundary || !is_boundary(*boundary)) return fail(ErrorCode::kUnsupportedMediaType);
  return *boundary;
}

MultipartParser::MultipartParser(std::string_view boundary, PartSink& sink)
    : delimiter_("\r\n--" + std::string(boundary)), sink_(sink) {}

Result<void> MultipartParser::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    Result<void> fed;
    switch (state_) {
      case State::kPreamble:
      case State::kBody:
        fed = feed_text(bytes);
        break;
      case State::kBoundaryEnd:
        fed = feed_boundary_end(bytes);
        break;
      case State::kHeaders:
        fed = feed_headers(bytes);
        break;
      case State::kEpilogue:
        fed = drop(bytes.size());
        bytes = {};
        break;
      case State::kFailed:
        return fail(ErrorCode::kInvalidRequest, "multipart: it has failed before");
    }
    if (!fed) {
      state_ = State::kFailed;
      return fed;
    }
  }
  return {};
}

Result<void> MultipartParser::finish() const {
  if (state_ != State::kEpilogue) return fail(ErrorCode::kInvalidRequest, "multipart: it has no end");
  return {};
}

Result<void> MultipartParser::refuse(std::string_view why) {
  return fail(ErrorCode::kInvalidRequest, "multipart: " + std::string(why));
}

// Up to the delimiter. A carriage return stands nowhere in it but at its beginning, so where it does not go on, it can
// only begin anew.
Result<void> MultipartParser::feed_text(std::string_view& bytes) {
  while (!bytes.empty()) {
    if (matched_ == 0) {
      const std::size_t end = std::min(bytes.find('\r'), bytes.size());
      if (Result<void> passed = pass_on(bytes.substr(0, end)); !passed) return passed;
      bytes.remove_prefix(end);
      if (bytes.empty()) return {};
    }
    if (bytes.front() == delimiter_[matched_]) {
      bytes.remove_prefix(1);
      if (++matched_ < delimiter_.size()) continue;
      matched_ = assumed_ = 0;
      return end_part();
    }
    // It was none: what was taken for its beginning belongs to the text.
    const std::string_view held = std::string_view(delimiter_).substr(assumed_, matched_ - assumed_);
    matched_ = assumed_ = 0;
    if (Result<void> passed = pass_on(held); !passed) return passed;
  }
  return {};
}

Result<void> MultipartParser::pass_on(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (state_ == State::kPreamble) return drop(bytes.size());
  part_bytes_ += bytes.size();
  const std::uint64_t most = is_file_ ? static_cast<std::uint64_t>(limits::kDocumentBytes) : limits::kPartTextBytes;
  if (part_bytes_ > most) return fail(ErrorCode::kPayloadTooLarge);
  return sink_.on_bytes(bytes);
}

Result<void> MultipartParser::end_part() {
  const bool was_part = state_ == State::kBody;
  state_ = State::kBoundaryEnd;
  line_.clear();
  if (!was_part) return {};
  return sink_.on_part_end();
}

// What stands between a boundary and the end of its line: two hyphens after the last one, or blanks.
Result<void> MultipartParser::feed_boundary_end(std::string_view& bytes) {
  line_ += bytes.front();
  bytes.remove_prefix(1);
  if (line_.size() > limits::kBoundaryPaddingBytes) return refuse("too much behind a boundary");
  if (line_ == "--") {
    state_ = State::kEpilogue;
  } else if (line_.ends_with(kLineEnd)) {
    if (++parts_ > limits::kParts) return fail(ErrorCode::kPayloadTooLarge);
    state_ = State::kHeaders;
    line_.clear();
  } else if (line_.find_first_not_of(line_.starts_with('-') ? "-" : " \t\r") != std::string::npos ||
             (line_.size() > 1 && line_[line_.size() - 2] == '\r')) {
    return refuse("a boundary goes on");
  }
  return {};
}

Result<void> MultipartParser::feed_headers(std::string_view& bytes) {
  // Line by line, so that nothing of the body is taken.
  const std::size_t end = bytes.find('\n');
  const std::string_view piece = bytes.substr(0, end == std::string_view::npos ? end : end + 1);
  if (line_.size() + piece.size() > limits::kPartHeaderBytes) return refuse("the headers of a part are too long");
  line_ += piece;
  bytes.remove_prefix(piece.size());
  if (line_ != kLineEnd && !line_.ends_with("\r\n\r\n")) return {};
  return begin_part();
}

Result<void> MultipartParser::begin_part() {
  line_.resize(line_.size() - kLineEnd.size());
  const std::optional<PartLines> lines = read_lines(line_);
  if (!lines || !lines->disposition) return refuse("a part without its headers");
  const std::optional<ParameterizedValue> disposition = parse_parameterized(*lines->disposition);
  const std::string* name = disposition && disposition->value == "form-data" ? disposition->find("name") : nullptr;
  if (!name || !is_field_name(*name)) return refuse("a part without a name");
  std::expected<std::optional<std::string>, std::string_view> file_name = find_file_name(*disposition);
  if (!file_name) return std::unexpected(Error::field(append_pointer("", *name), std::string(file_name.error())));
  PartHeaders headers{.name = *name, .file_name = std::move(*file_name), .media_type = "text/plain"};
  if (lines->type) {
    std::optional<ParameterizedValue> type = parse_parameterized(*lines->type);
    if (!type || !is_media_type(type->value)) return refuse("a part without a type");
    // Nobody nests them any more (RFC 7578 section 4.3), and the inner boundaries would be anybody's.
    if (type->value.starts_with("multipart/")) return refuse("a part of parts");
    headers.media_type = std::move(type->value);
  }
  state_ = State::kBody;
  part_bytes_ = 0;
  matched_ = assumed_ = kLineEnd.size();
  is_file_ = headers.file_name.has_value();
  line_.clear();
  return sink_.on_part(headers);
}

Result<void> MultipartParser::drop(std::size_t bytes) {
  dropped_ += bytes;
  if (dropped_ > limits::kMultipartPaddingBytes) return refuse("too much around the parts");
  return {};
}

}  // namespace portal::http
