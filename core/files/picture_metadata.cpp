#include "files/picture_metadata.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace portal::files {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kJpeg = "\xFF\xD8\xFF"sv;
constexpr std::string_view kPng = "\x89PNG\r\n\x1A\n"sv;
constexpr std::string_view kExif = "Exif\0\0"sv;
constexpr std::string_view kEndChunk = "\0\0\0\0IEND\xAE\x42\x60\x82"sv;
constexpr std::size_t kChunkHeader = 8;  // length and type
constexpr std::size_t kChunkEnd = 4;     // checksum
constexpr std::size_t kOrientationChunkMost = 64 * 1024;

// Pixels, and what their colours, sizes and transparency need; of an animation the frames, too.
constexpr std::array kKeptChunks = {"IHDR"sv, "PLTE"sv, "IDAT"sv, "IEND"sv, "tRNS"sv, "gAMA"sv,
                                    "cHRM"sv, "sRGB"sv, "iCCP"sv, "cICP"sv, "sBIT"sv, "bKGD"sv,
                                    "pHYs"sv, "acTL"sv, "fcTL"sv, "fdAT"sv, "hIST"sv};

unsigned char byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

enum class Order : bool { kBig, kLittle };

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t size, Order order = Order::kBig) {
  std::uint32_t number = 0;
  for (std::size_t index = 0; index < size; ++index)
    number = number << 8 | byte_at(bytes, at + (order == Order::kBig ? index : size - 1 - index));
  return number;
}

std::string big_endian(std::uint32_t number, std::size_t size) {
  std::string bytes;
  for (std::size_t index = size; index-- > 0;) bytes += static_cast<char>(number >> (8 * index) & 0xFF);
  return bytes;
}

// Of a TIFF structure, as Exif has it (TIFF 6.0, tag 274): 2 to 8; nothing where up is up or nobody says.
std::optional<std::uint32_t> orientation_of(std::string_view tiff) {
  constexpr std::uint32_t kTag = 0x0112;
  constexpr std::size_t kHeader = 8, kEntry = 12;
  if (tiff.size() < kHeader || (!tiff.starts_with("II*\0"sv) && !tiff.starts_with("MM\0*"sv))) return std::nullopt;
  const Order order = tiff.front() == 'I' ? Order::kLittle : Order::kBig;
  const std::size_t directory = number_at(tiff, 4, 4, order);
  if (directory > tiff.size() || tiff.size() - directory < 2) return std::nullopt;
  const std::size_t count = number_at(tiff, directory, 2, order);
  for (std::size_t index = 0; index < count; ++index) {
    const std::size_t at = directory + 2 + index * kEntry;
    if (tiff.size() < at + kEntry) return std::nullopt;
    if (number_at(tiff, at, 2, order) != kTag) continue;
    const std::uint32_t orientation = number_at(tiff, at + 8, 2, order);
    return orientation >= 2 && orientation <= 8 ? std::optional(orientation) : std::nullopt;
  }
  return std::nullopt;
}

std::string tiff_of(std::uint32_t orientation) {
  std::string tiff("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"sv);
  return tiff + big_endian(orientation, 2) + std::string(6, '\0');
}

// ISO 3309, as PNG's chunks end with it.
std::uint32_t checksum_of(std::string_view bytes) {
  std::uint32_t rest = 0xFFFFFFFF;
  for (const char each : bytes) {
    rest ^= static_cast<unsigned char>(each);
    for (int bit = 0; bit < 8; ++bit) rest = rest >> 1 ^ ((rest & 1) != 0 ? 0xEDB88320U : 0U);
  }
  return ~rest;
}

bool is_chunk_type(std::string_view type) {
  return std::ranges::all_of(
      type, [](char letter) { return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z'); });
}

// A program that does not know such a chunk must not show the picture.
bool is_critical(std::string_view type) { return type.front() >= 'A' && type.front() <= 'Z'; }

}  // namespace

void MetadataFilter::begin(std::string& kept) {
  const std::string_view head = rest();
  if (head.starts_with(kPng)) {
    state_ = State::kChunks;
    kept.append(kPng);
    taken_ += kPng.size();
  } else if (head.starts_with(kJpeg)) {
    state_ = State::kSegments;
  } else if (head.size() >= kPng.size() || (!kPng.starts_with(head) && !kJpeg.starts_with(head))) {
    state_ = State::kOther;
  }
}

// ITU-T T.81, annex B. What applications write stands in APPn and COM; of these only colours and which way is up are
// part of the picture.
void MetadataFilter::keep_segment(unsigned char marker, std::string_view segment, std::string& kept) {
  constexpr unsigned char kApp0 = 0xE0, kApp1 = 0xE1, kApp2 = 0xE2, kApp14 = 0xEE, kApp15 = 0xEF, kComment = 0xFE;
  constexpr std::size_t kJfifBytes = 14;
  const std::string_view data = segment.substr(4);
  if (marker == kApp0) {
    // Without the small picture that may stand in it, which may be of an earlier state.
    if (!data.starts_with("JFIF\0"sv) || data.size() < kJfifBytes) return;
    kept.append("\xFF\xE0\0\x10"sv).append(data.substr(0, kJfifBytes - 2)).append(2, '\0');
  } else if (marker == kApp1) {
    const std::optional<std::uint32_t> orientation =
        data.starts_with(kExif) && !is_oriented_ ? orientation_of(data.substr(kExif.size())) : std::nullopt;
    if (!orientation) return;
    is_oriented_ = true;
    const std::string tiff = tiff_of(*orientation);
    kept.append("\xFF\xE1"sv).append(big_endian(static_cast<std::uint32_t>(2 + kExif.size() + tiff.size()), 2));
    kept.append(kExif).append(tiff);
  } else if (marker == kApp2) {
    if (data.starts_with("ICC_PROFILE\0"sv)) kept.append(segment);
  } else if (marker == kApp14) {
    if (data.starts_with("Adobe"sv)) kept.append(segment);
  } else if ((marker < kApp0 || marker > kApp15) && marker < 0xF0 && marker != kComment) {
    kept.append(segment);
  }
}

bool MetadataFilter::take_segment(std::string& kept) {
  constexpr unsigned char kStart = 0xD8, kEnd = 0xD9, kScanHeader = 0xDA, kRestartFirst = 0xD0, kAlone = 0x01;
  const std::string_view bytes = rest();
  if (bytes.size() < 2) return false;
  const unsigned char marker = byte_at(bytes, 1);
  if (byte_at(bytes, 0) != 0xFF || marker == 0x00) {
    state_ = State::kBroken;
  } else if (marker == 0xFF) {
    ++taken_;  // filled up
  } else if (marker == kEnd) {
    kept.append(bytes.substr(0, 2));
    taken_ += 2;
    state_ = shows_ ? State::kEnded : State::kBroken;
  } else if ((marker >= kRestartFirst && marker <= kStart) || marker == kAlone) {
    kept.append(bytes.substr(0, 2));
    taken_ += 2;
  } else {
    if (bytes.size() < 4) return false;
    const std::size_t size = 2 + number_at(bytes, 2, 2);
    if (size < 4) {
      state_ = State::kBroken;
      return true;
    }
    if (bytes.size() < size) return false;
    keep_segment(marker, bytes.substr(0, size), kept);
    taken_ += size;
    if (marker == kScanHeader) {
      shows_ = true;
      state_ = State::kScan;
    }
  }
  return true;
}

bool MetadataFilter::take_scan(std::string& kept) {
  const std::string_view bytes = rest();
  const std::size_t pixels = std::min(bytes.find('\xFF'), bytes.size());
  kept.append(bytes.substr(0, pixels));
  taken_ += pixels;
  if (bytes.size() < pixels + 2) return false;
  const unsigned char next = byte_at(bytes, pixels + 1);
  if (next == 0x00 || (next >= 0xD0 && next <= 0xD7)) {
    kept.append(bytes.substr(pixels, 2));
    taken_ += 2;
  } else {
    state_ = State::kSegments;
  }
  return true;
}

bool MetadataFilter::take_chunk(std::string& kept) {
  constexpr std::uint32_t kLongest = 0x7FFFFFFF;
  const std::string_view bytes = rest();
  if (bytes.size() < kChunkHeader) return false;
  const std::uint32_t length = number_at(bytes, 0, 4);
  const std::string_view type = bytes.substr(4, 4);
  const bool is_kept = std::ranges::find(kKeptChunks, type) != kKeptChunks.end();
  if (length > kLongest || !is_chunk_type(type) || (is_first_ && type != "IHDR") || (!is_kept && is_critical(type))) {
    state_ = State::kBroken;
    return true;
  }
  if (type == "eXIf" && length <= kOrientationChunkMost) {
    const std::size_t size = kChunkHeader + length + kChunkEnd;
    if (bytes.size() < size) return false;
    const auto orientation = is_oriented_ ? std::nullopt : orientation_of(bytes.substr(kChunkHeader, length));
    if (orientation) {
      is_oriented_ = true;
      const std::string content = "eXIf" + tiff_of(*orientation);
      kept.append(big_endian(static_cast<std::uint32_t>(content.size() - 4), 4)).append(content);
      kept.append(big_endian(checksum_of(content), 4));
    }
    taken_ += size;
    return true;
  }
  is_first_ = false;
  shows_ = shows_ || type == "IDAT";
  left_ = std::uint64_t{kChunkHeader} + length + kChunkEnd;
  state_ = is_kept ? State::kCopying : State::kSkipping;
  if (type == "IEND") state_ = shows_ && length == 0 ? State::kEnded : State::kBroken;
  if (state_ == State::kEnded) kept.append(kEndChunk);
  return true;
}

bool MetadataFilter::take_rest(std::string& kept) {
  const std::string_view part = rest().substr(0, std::min<std::uint64_t>(left_, rest().size()));
  if (state_ == State::kCopying) kept.append(part);
  taken_ += part.size();
  left_ -= part.size();
  if (left_ > 0) return false;
  state_ = State::kChunks;
  return true;
}

void MetadataFilter::add(std::string_view bytes, std::string& kept) {
  pending_.append(bytes);
  if (state_ == State::kUnknown) begin(kept);
  for (bool goes_on = true; goes_on;) {
    switch (state_) {
      case State::kUnknown:
        goes_on = false;
        break;
      case State::kSegments:
        goes_on = take_segment(kept);
        break;
      case State::kScan:
        goes_on = take_scan(kept);
        break;
      case State::kChunks:
        goes_on = take_chunk(kept);
        break;
      case State::kCopying:
      case State::kSkipping:
        goes_on = take_rest(kept);
        break;
      case State::kEnded:
        taken_ = pending_.size();
        goes_on = false;
        break;
      case State::kOther:
      case State::kBroken:
        kept.append(rest());
        taken_ = pending_.size();
        goes_on = false;
        break;
    }
  }
  pending_.erase(0, taken_);
  taken_ = 0;
}

void MetadataFilter::finish(std::string& kept) {
  if (state_ == State::kUnknown) state_ = State::kOther;
  // What was cut off while it showed something shows that much.
  const bool is_picture = state_ != State::kOther && state_ != State::kEnded;
  if (is_picture && !shows_) state_ = State::kBroken;
  if (state_ == State::kOther || state_ == State::kBroken) kept.append(pending_);
  pending_.clear();
}

}  // namespace portal::files
