// Answers that are files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/bytes.hpp"
#include "http/content_disposition.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace portal::files {

// Of a file in the folder of `portal_files`. Views into the rows that it was read from.
struct StoredFile {
  std::string_view name;
  std::string_view media_type;
  std::int64_t bytes = 0;
  crypto::Bytes content_hash;  // SHA-256
  bool is_active = false;      // only ever saved: see files/active_content.hpp
};

// Where the bytes lie below the folder: "ab/ab12...", made of hexadecimal digits alone (SECURITY R47).
std::string path_of(crypto::Bytes content_hash);

// Whether `?download=1` was asked for. kInvalidField, kUnknownParameter.
Result<bool> parse_download(std::string_view query);

// 200 with the file, or 304 where the client has it. Shown by the browser only when its type allows that and nobody
// asked for a download.
http::Response answer(const StoredFile& file, bool download, const http::Request& request);

// Where the business's logo is served. The address changes with the picture, because an open page asks no second time
// for a picture that it has.
std::string logo_address(crypto::Bytes content_hash);

// For the operation that serves it: `version`, of any value, is the one parameter. kInvalidField, kUnknownParameter.
Result<void> check_logo_query(std::string_view query);

// The business's logo, which everybody sees and caches keep.
http::Response answer_logo(std::string_view media_type, crypto::Bytes content_hash, const http::Request& request);

}  // namespace portal::files
