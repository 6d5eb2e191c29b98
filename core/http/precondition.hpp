// Whether a client has already what it asks for (RFC 9110 section 13).
#pragma once

#include <string_view>

#include "http/request.hpp"

namespace portal::http {

// If-None-Match names the entity tag, or says "*". `etag` with its quotation marks. Compared weakly, as the RFC says:
// W/"x" is "x". What is no list of entity tags names nothing.
bool names_etag(std::string_view if_none_match, std::string_view etag) noexcept;
bool has_current_copy(const Request& request, std::string_view etag) noexcept;

}  // namespace portal::http
