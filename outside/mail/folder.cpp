#include "mail/folder.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace portal::outside {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

std::unexpected<Error> refuse(const std::filesystem::path& path) {
  return fail(ErrorCode::kInternal, path.string() + " cannot be written: " + std::generic_category().message(errno));
}

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = ::write(descriptor, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(descriptor) == 0;
}

}  // namespace

Result<void> write_message_file(const std::filesystem::path& folder, std::string_view name, std::string_view content) {
  const std::filesystem::path finished = folder / name;
  // A dot keeps it out of sight of whoever waits for files; the process keeps it apart from another courier's.
  const std::filesystem::path unfinished = folder / ("." + std::string(name) + "." + std::to_string(::getpid()));
  const Descriptor file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.number() < 0) return refuse(unfinished);
  if (!write_all(file.number(), content) || ::rename(unfinished.c_str(), finished.c_str()) != 0) {
    const int reason = errno;
    ::unlink(unfinished.c_str());
    errno = reason;
    return refuse(finished);
  }
  const Descriptor parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.number() < 0 || ::fsync(parent.number()) != 0) return refuse(folder);
  return {};
}

}  // namespace portal::outside
