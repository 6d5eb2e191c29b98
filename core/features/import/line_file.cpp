#include "features/import/line_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "base/limits.hpp"

namespace portal::features::import {
namespace {

// From what was written a moment ago, so it comes from the system's memory and takes microseconds.
constexpr std::size_t kPieceBytes = 64 * 1024;

}  // namespace

// False: there is no more.
Result<bool> LineFile::read_more() {
  piece_.erase(0, at_);
  at_ = 0;
  const auto wanted = static_cast<std::size_t>(std::min(static_cast<std::int64_t>(kPieceBytes), file_.bytes - read_));
  if (wanted == 0) return false;
  const std::size_t held = piece_.size();
  piece_.resize(held + wanted);
  ssize_t count = 0;
  do {
    count = ::pread(file_.descriptor, piece_.data() + held, wanted, read_);
  } while (count < 0 && errno == EINTR);
  if (count <= 0)
    return fail(ErrorCode::kStorageUnavailable, std::string("the body cannot be read back: ") + std::strerror(errno));
  piece_.resize(held + static_cast<std::size_t>(count));
  read_ += count;
  return true;
}

Result<std::optional<LineFile::Line>> LineFile::next() {
  bool is_too_long = false;
  std::size_t looked = 0;
  for (;;) {
    const std::size_t end = piece_.find('\n', at_ + looked);
    if (end != std::string::npos) {
      const std::string_view text = std::string_view(piece_).substr(at_, end - at_);
      at_ = end + 1;
      is_too_long = is_too_long || text.size() > limits::kImportLineBytes;
      return Line{.text = is_too_long ? std::string_view() : text, .is_too_long = is_too_long};
    }
    looked = piece_.size() - at_;
    if (looked > limits::kImportLineBytes) {
      is_too_long = true;
      at_ = piece_.size();
      looked = 0;
    }
    const Result<bool> more = read_more();
    if (!more) return fail(more.error());
    if (*more) continue;
    if (piece_.empty() && !is_too_long) return std::nullopt;
    at_ = piece_.size();
    return Line{.text = is_too_long ? std::string_view() : std::string_view(piece_), .is_too_long = is_too_long};
  }
}

}  // namespace portal::features::import
