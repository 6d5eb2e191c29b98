// The header that says whether a browser shows a file or saves it, and under which name (RFC 6266).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace portal::http {

enum class Disposition : std::uint8_t { kInline, kAttachment };

// `name` is whatever somebody called the file. What could leave a folder, end the header or turn the text around on a
// screen becomes "_". The result is ASCII; a name that is not has its full form in filename* (RFC 8187).
std::string format_content_disposition(Disposition disposition, std::string_view name);

}  // namespace portal::http
