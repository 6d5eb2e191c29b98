// What a request must be before an operation looks at it.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "http/request.hpp"

namespace portal::http {

// application/json, alone or with charset=utf-8.
bool is_json_media_type(std::string_view content_type) noexcept;

// kUnsupportedMediaType or kPayloadTooLarge.
Result<void> require_json_body(const Request& request);

// A body that is a file of a known length: kInvalidField without `Content-Length`, kPayloadTooLarge above `maximum`.
Result<void> require_file_body(const Request& request, std::int64_t maximum);

// SECURITY R33, for requests that a cookie decides: Sec-Fetch-Site is same-origin, or it is absent and Origin is
// `own_origin`, which comes from the host map ("https://portal.example.com", port if not the default), never from the
// request. Else kCrossSiteRequest.
Result<void> require_same_origin(const Request& request, std::string_view own_origin);

bool is_ndjson_media_type(std::string_view content_type) noexcept;

// application/x-ndjson (or application/ndjson, application/jsonl), within the limit of an import.
Result<void> require_ndjson_body(const Request& request);

}  // namespace portal::http
