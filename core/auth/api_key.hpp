// API keys as they travel: "pk_" and 256 random bits in base64url, in the header Authorization.
#pragma once

#include <optional>
#include <string>

#include "access/principal.hpp"
#include "crypto/token.hpp"
#include "http/request.hpp"

namespace portal::auth {

std::string format_api_key(const crypto::Token& token);

// Whether a request says that a key decides and not a cookie: it has an Authorization header of the scheme Bearer, good
// or not.
bool has_api_key(const http::Request& request) noexcept;

// The hash of the key in the one Authorization header. Nothing when there is none, when there are two, or when it is
// not a text that we make: such a key costs no query.
std::optional<access::SessionHash> find_key_hash(const http::Request& request);

}  // namespace portal::auth
