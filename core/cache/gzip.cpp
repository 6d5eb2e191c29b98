#include "cache/gzip.hpp"

#include <algorithm>
#include <new>

#include <zlib.h>

#include "http/request.hpp"

namespace portal::cache {
namespace {

constexpr int kLevel = 5;
// 15 bits of window are 32 KiB, which is more than nearly every body; 16 more of them say gzip.
constexpr int kWindowBits = 15 + 16;
constexpr int kMemoryLevel = 8;
// Below that the header costs what compression wins.
constexpr std::size_t kLeastBytes = 860;
constexpr std::size_t kKeptRoom = std::size_t{256} * 1024;

}  // namespace

Gzip::Gzip() = default;

Gzip::~Gzip() {
  if (stream_) deflateEnd(stream_.get());
}

std::string_view Gzip::compress(std::string_view plain) {
  if (plain.size() < kLeastBytes) return {};
  if (!stream_) {
    auto stream = std::make_unique<z_stream_s>();
    if (deflateInit2(stream.get(), kLevel, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();
    stream_ = std::move(stream);
  } else {
    deflateReset(stream_.get());
  }
  if (room_.size() > kKeptRoom) room_ = {};
  // What does not fit would not be smaller.
  if (room_.size() < plain.size()) room_.resize(plain.size());
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream_->avail_in = static_cast<uInt>(plain.size());
  stream_->next_out = reinterpret_cast<Bytef*>(room_.data());
  stream_->avail_out = static_cast<uInt>(plain.size());
  if (deflate(stream_.get(), Z_FINISH) != Z_STREAM_END) return {};
  return {room_.data(), plain.size() - stream_->avail_out};
}

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  bool any = false;
  for (std::string_view rest = accept_encoding; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string_view coding = http::trim_blanks(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t semicolon = std::min(coding.find(';'), coding.size());
    std::string_view weight = http::trim_blanks(coding.substr(std::min(semicolon + 1, coding.size())));
    coding = http::trim_blanks(coding.substr(0, semicolon));
    bool refused = false;
    if (weight.size() > 2 && (weight[0] == 'q' || weight[0] == 'Q') && weight[1] == '=') {
      weight.remove_prefix(2);
      refused = weight.find_first_not_of("0.") == std::string_view::npos;
    }
    if (http::equals_ignoring_case(coding, "gzip") || http::equals_ignoring_case(coding, "x-gzip")) return !refused;
    if (coding == "*") any = !refused;
  }
  return any;
}

}  // namespace portal::cache
