// Somebody who opens an address in a browser is led to the sign-in page, and back to where he wanted to go.
#pragma once

#include <string>
#include <string_view>

#include "http/request.hpp"

namespace portal::http {

// GET or HEAD by which a browser opens a page: Sec-Fetch-Mode says so; where a client sends none, Accept names
// text/html before everything else.
bool is_navigation(const Request& request) noexcept;

// "/sign-in?next=...", the whole address percent-encoded. Without `next` when it could lead anywhere else than to this
// origin (SECURITY R37): it begins with exactly one slash and holds neither backslash nor control character, nor an
// empty segment to begin with once dots are taken out; or when it is very long. `address` is path and query as the
// client sent them.
std::string sign_in_address(std::string_view address);

}  // namespace portal::http
