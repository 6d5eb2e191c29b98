// What the files of the boundary (c_api.h) share.
#pragma once

#include <algorithm>
#include <cstring>
#include <exception>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "c_api.h"
#include "http/cookie.hpp"
#include "http/request.hpp"

namespace portal::edge {
class Worker;
}

namespace portal::boundary {

inline std::string_view view(portal_text text) { return {text.data, text.size}; }
inline portal_text text_of(std::string_view view) { return {view.data(), view.size()}; }

inline void write_reason(std::string_view reason, char* why, std::size_t size) noexcept {
  if (size == 0) return;
  const std::size_t length = std::min(reason.size(), size - 1);
  std::memcpy(why, reason.data(), length);
  why[length] = '\0';
}

// The one place where exceptions of the core end.
template <class Function, class Value>
Value guarded(Value otherwise, char* why, std::size_t size, Function function) noexcept {
  try {
    return function();
  } catch (const std::exception& failure) {
    write_reason(failure.what(), why, size);
  } catch (...) {
    write_reason("unknown failure", why, size);
  }
  return otherwise;
}

inline http::CookieMode cookie_mode(const portal_request& raw) {
  return raw.insecure_cookie ? http::CookieMode::kInsecure : http::CookieMode::kHostPrefix;
}

// `headers` outlives the request.
inline http::Request to_request(const portal_request& raw, std::vector<http::Header>& headers) {
  headers.reserve(raw.header_count);
  for (std::size_t index = 0; index < raw.header_count; ++index) {
    headers.push_back({view(raw.headers[index].name), view(raw.headers[index].value)});
  }
  return {.method = http::parse_method(view(raw.method)),
          .path = view(raw.path),
          .query = view(raw.query),
          .headers = headers,
          .body = view(raw.body),
          .host = view(raw.host),
          .peer_address = view(raw.peer_address),
          .request_id = view(raw.request_id)};
}

// An error's number on the other side of the boundary, where 0 is none.
int number_of(ErrorCode code) noexcept;
std::optional<ErrorCode> error_of(int number) noexcept;

edge::Worker& worker_of(portal_worker* worker);

}  // namespace portal::boundary
