#include "portalctl/text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "io/descriptor.hpp"

namespace portal::portalctl {
namespace {

constexpr std::size_t kFileBytes = 4 * 1024 * 1024;

std::unexpected<Failure> unreadable(const std::filesystem::path& path) {
  return failed(fmt::format("{} cannot be read: {}.", path.string(), std::strerror(errno)));
}

}  // namespace

Outcome<std::string> read_text_file(const std::filesystem::path& path, Readers readers) {
  const io::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status = {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) return unreadable(path);
  if (readers == Readers::kOwnerOnly && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return failed(fmt::format("{0} holds a secret and others can read it. Say: chmod 600 {0}", path.string()));
  std::string text;
  char part[16 * 1024];
  while (text.size() <= kFileBytes) {
    const ssize_t count = ::read(file.number(), part, sizeof part);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable(path);
    if (count == 0) return text;
    text.append(part, static_cast<std::size_t>(count));
  }
  return failed(fmt::format("{} is larger than {} MiB.", path.string(), kFileBytes / 1024 / 1024));
}

}  // namespace portal::portalctl
