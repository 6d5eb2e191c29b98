// What the header of a picture says of itself, read without decoding anything: before something decodes it, it must be
// known how much memory that may take.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace portal::files {

inline constexpr std::size_t kImageHeadBytes = 1024 * 1024;  // within which a header is looked for

struct ImageHeader {
  std::string_view media_type;  // image/jpeg or image/png
  std::uint32_t width = 0;
  std::uint32_t height = 0;

  std::uint64_t pixels() const { return std::uint64_t{width} * height; }
};

// Of a JPEG or a PNG by its content alone; nothing for whatever else it is, and where no size is found within the first
// kImageHeadBytes. Neither side is 0.
std::optional<ImageHeader> read_image_header(std::string_view head) noexcept;

}  // namespace portal::files
