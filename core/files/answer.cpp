#include "files/answer.hpp"

#include <array>

#include "files/media_type.hpp"
#include "http/precondition.hpp"
#include "http/query.hpp"

namespace portal::files {
namespace {

// A file is no page of ours: nothing in it may run, load or frame anything, and it has an origin of its own. A PDF
// never runs as a page, and not every browser starts its viewer in a sandbox, so it goes without.
constexpr std::string_view kSandbox =
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; sandbox";
constexpr std::string_view kPdfPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

// Enough to tell one picture of a business from the next.
constexpr std::size_t kLogoVersionDigits = 16;

std::string etag_of(crypto::Bytes content_hash) { return "\"" + crypto::encode_hex(content_hash) + "\""; }

http::Response respond(const http::Request& request, crypto::Bytes content_hash, std::string_view media_type) {
  http::Response response;
  std::string etag = etag_of(content_hash);
  if (http::has_current_copy(request, etag)) {
    response.status = http::Status::kNotModified;
    response.add_header("ETag", std::move(etag));
    return response;
  }
  response.content_type = media_type;
  response.file = std::make_shared<http::FileBody>(path_of(content_hash), std::nullopt, std::move(etag));
  return response;
}

}  // namespace

std::string path_of(crypto::Bytes content_hash) {
  const std::string digits = crypto::encode_hex(content_hash);
  return digits.substr(0, 2) + "/" + digits;
}

Result<bool> parse_download(std::string_view query) {
  constexpr std::array kYes = {Choice<bool>{"1", true}};
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  const bool download = reader->choice("download", kYes).value_or(false);
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  return download;
}

http::Response answer(const StoredFile& file, bool download, const http::Request& request) {
  const ServedType type = served_type(file.media_type);
  http::Response response = respond(request, file.content_hash, type.media_type);
  response.add_header("Cache-Control", "no-store");
  if (!response.file) return response;
  response.file->bytes = file.bytes;
  const auto disposition = type.showing == Showing::kInline && !download && !file.is_active
                               ? http::Disposition::kInline
                               : http::Disposition::kAttachment;
  response.add_header("Content-Disposition",
                      format_content_disposition(disposition, with_extension(file.name, type.media_type)));
  response.add_header("Content-Security-Policy",
                      std::string(type.media_type == "application/pdf" ? kPdfPolicy : kSandbox));
  return response;
}

std::string logo_address(crypto::Bytes content_hash) {
  return "/api/v1/portal/logo?version=" + crypto::encode_hex(content_hash).substr(0, kLogoVersionDigits);
}

Result<void> check_logo_query(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  static_cast<void>(reader->text("version", {.minimum = 1, .maximum = 64}));
  return reader->finish();
}

http::Response answer_logo(std::string_view media_type, crypto::Bytes content_hash, const http::Request& request) {
  const ServedType type = served_type(media_type);
  http::Response response = respond(request, content_hash, type.media_type);
  response.add_header("Cache-Control", "no-cache");
  if (response.file) response.add_header("Content-Security-Policy", std::string(kSandbox));
  return response;
}

}  // namespace portal::files
