// The process that makes a logo of what was sent in, from the side that starts it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::outside {

struct RenderedLogo {
  std::string bytes;
  std::string_view media_type;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

// Of the picture behind `source`, a descriptor that is read from its beginning. `program` is portalctl itself. Waits,
// `longest` at most. kUnsupportedMediaType for what is no picture that can be shown: broken, too large for the
// process, or one that took too long. kInternal when no process could be started.
Result<RenderedLogo> make_logo(int source, const std::string& program, std::chrono::milliseconds longest);

}  // namespace portal::outside
