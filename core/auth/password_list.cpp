#include "auth/password_list.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "auth/common_passwords.hpp"
#include "auth/fold.hpp"
#include "base/limits.hpp"
#include "crypto/digest.hpp"

namespace portal::auth {
namespace {

constexpr std::size_t kHexDigits = 40;  // of a SHA-1

std::uint64_t key_of(std::string_view text) {
  const crypto::Sha1 digest = crypto::sha1(crypto::bytes_of(text));
  std::uint64_t key = 0;
  for (std::size_t index = 0; index < sizeof key; ++index) key = key << 8U | digest[index];
  return key;
}

std::optional<unsigned> value_of_hex(char digit) {
  if (is_digit(digit)) return static_cast<unsigned>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a' + 10);
  if (digit >= 'A' && digit <= 'F') return static_cast<unsigned>(digit - 'A' + 10);
  return std::nullopt;
}

// The key in a line that is a SHA-1, with or without ":count".
std::optional<std::uint64_t> parse_sha1(std::string_view line) {
  if (line.size() < kHexDigits) return std::nullopt;
  const std::string_view rest = line.substr(kHexDigits);
  if (!rest.empty() && (rest.front() != ':' || !std::ranges::all_of(rest.substr(1), is_digit))) return std::nullopt;
  std::uint64_t key = 0;
  for (std::size_t index = 0; index < kHexDigits; ++index) {
    const std::optional<unsigned> value = value_of_hex(line[index]);
    if (!value) return std::nullopt;
    if (index < 2 * sizeof key) key = key << 4U | *value;
  }
  return key;
}

class Reader {
 public:
  explicit Reader(std::size_t most) : most_(most) {}

  Result<void> take(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      line_ += bytes.substr(0, end);
      if (line_.size() > limits::kPasswordBytes + 1)
        return fail(ErrorCode::kInvalidRequest, fmt::format("line {} is longer than any password", number_));
      if (end == std::string_view::npos) return {};
      if (Result<void> added = end_line(); !added) return added;
      bytes.remove_prefix(end + 1);
    }
    return {};
  }

  Result<std::vector<std::uint64_t>> finish() {
    if (Result<void> added = end_line(); !added) return fail(std::move(added.error()));
    if (keys_.empty()) return fail(ErrorCode::kInvalidRequest, "it holds no password");
    std::ranges::sort(keys_);
    keys_.erase(std::ranges::unique(keys_).begin(), keys_.end());
    keys_.shrink_to_fit();
    return std::move(keys_);
  }

 private:
  Result<void> end_line() {
    if (line_.ends_with('\r')) line_.pop_back();
    if (!line_.empty()) {
      const std::optional<std::uint64_t> key = parse_sha1(line_);
      keys_.push_back(key ? *key : key_of(fold(line_)));
      if (keys_.size() > most_)
        return fail(ErrorCode::kInvalidRequest,
                    fmt::format("line {} is one password more than the {} that fit", number_, most_));
    }
    line_.clear();
    ++number_;
    return {};
  }

  std::size_t most_;
  std::vector<std::uint64_t> keys_;
  std::string line_;
  std::size_t number_ = 1;
};

struct Close {
  int descriptor;
  ~Close() { ::close(descriptor); }
};

std::unexpected<Error> refuse_with_errno() { return fail(ErrorCode::kInvalidRequest, std::strerror(errno)); }

}  // namespace

const PasswordList& PasswordList::common() {
  static const PasswordList kCommon{common_password_keys()};
  return kCommon;
}

Result<PasswordList> PasswordList::load(const std::string& path, std::size_t most) {
  // A pipe would hold nginx up; what is no file is refused after it was opened, so that it cannot be exchanged between.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return refuse_with_errno();
  const Close close{descriptor};
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return refuse_with_errno();
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::kInvalidRequest, "it is not a file");

  Reader reader(most);
  constexpr std::size_t kPiece = 256 * 1024;
  const auto piece = std::make_unique<char[]>(kPiece);
  while (true) {
    const ssize_t size = ::read(descriptor, piece.get(), kPiece);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return refuse_with_errno();
    if (size == 0) break;
    if (Result<void> taken = reader.take({piece.get(), static_cast<std::size_t>(size)}); !taken)
      return fail(std::move(taken.error()));
  }
  Result<std::vector<std::uint64_t>> keys = reader.finish();
  if (!keys) return fail(std::move(keys.error()));
  return PasswordList(std::move(*keys));
}

bool PasswordList::contains(std::string_view text) const { return std::ranges::binary_search(sorted_, key_of(text)); }

}  // namespace portal::auth
