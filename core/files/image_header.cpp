#include "files/image_header.hpp"

namespace portal::files {
namespace {

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t number = 0;
  for (std::size_t index = 0; index < count; ++index)
    number = number << 8 | static_cast<unsigned char>(bytes[at + index]);
  return number;
}

// The first chunk is IHDR (PNG specification, 5.6): length, type, width, height.
std::optional<ImageHeader> read_png(std::string_view head) noexcept {
  if (head.size() < 24 || big_endian(head, 8, 4) != 13 || head.substr(12, 4) != "IHDR") return std::nullopt;
  return ImageHeader{.media_type = "image/png", .width = big_endian(head, 16, 4), .height = big_endian(head, 20, 4)};
}

// The size stands in the frame header (ITU-T T.81, B.2.2), behind segments of any length.
std::optional<ImageHeader> read_jpeg(std::string_view head) noexcept {
  std::size_t at = 2;
  while (at + 4 <= head.size()) {
    if (head[at] != '\xFF') return std::nullopt;
    const auto marker = static_cast<unsigned char>(head[at + 1]);
    if (marker == 0xFF) {  // fill bytes
      ++at;
      continue;
    }
    // SOF0 to SOF15, without DHT, JPG and DAC, which stand among them.
    if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
      if (at + 9 > head.size()) return std::nullopt;
      return ImageHeader{
          .media_type = "image/jpeg", .width = big_endian(head, at + 7, 2), .height = big_endian(head, at + 5, 2)};
    }
    // Without a length, or where pixels or the end come before any size.
    if (marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xDA)) return std::nullopt;
    const std::uint32_t length = big_endian(head, at + 2, 2);
    if (length < 2) return std::nullopt;
    at += 2 + length;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ImageHeader> read_image_header(std::string_view head) noexcept {
  head = head.substr(0, kImageHeadBytes);
  std::optional<ImageHeader> header;
  if (head.starts_with("\x89PNG\r\n\x1A\n")) header = read_png(head);
  if (head.starts_with("\xFF\xD8\xFF")) header = read_jpeg(head);
  if (header && (header->width == 0 || header->height == 0)) return std::nullopt;
  return header;
}

}  // namespace portal::files
