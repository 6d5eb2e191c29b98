#include "portalctl/file_store.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "io/descriptor.hpp"

namespace portal::portalctl {
namespace {

constexpr std::size_t kPartBytes = 256 * 1024;

std::unexpected<Failure> refuse(const std::filesystem::path& path, std::string_view what) {
  return failed(fmt::format("{} {}: {}.", path.string(), what, std::strerror(errno)));
}

std::unexpected<Failure> refuse(const Error& error) { return failed(error.log_detail + "."); }

std::unexpected<Failure> too_large(const std::filesystem::path& path) {
  return failed(fmt::format("{} is larger than {} MiB.", path.string(), limits::kDocumentBytes / 1024 / 1024));
}

Outcome<void> copy(const io::Descriptor& from, const std::filesystem::path& source, files::Incoming& to) {
  std::string part(kPartBytes, '\0');
  while (true) {
    const ssize_t count = ::read(from.number(), part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return refuse(source, "cannot be read");
    if (count == 0) break;
    // It may have grown since it was looked at.
    if (to.content().bytes + count > limits::kDocumentBytes) return too_large(source);
    if (Result<void> added = to.add(std::string_view(part).substr(0, static_cast<std::size_t>(count))); !added)
      return refuse(added.error());
  }
  if (to.content().bytes == 0) return failed(fmt::format("{} is empty.", source.string()));
  if (Result<void> finished = to.finish(); !finished) return refuse(finished.error());
  return {};
}

Outcome<io::Descriptor> open_source(const std::filesystem::path& source) {
  // Without waiting: what is no file, such as a pipe, is refused.
  io::Descriptor file(::open(source.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (!file || ::fstat(file.number(), &status) != 0) return refuse(source, "cannot be read");
  if (!S_ISREG(status.st_mode)) return failed(fmt::format("{} is not a file.", source.string()));
  if (status.st_size > limits::kDocumentBytes) return too_large(source);
  return file;
}

}  // namespace

bool is_settled(const std::filesystem::directory_entry& entry) {
  std::error_code gone;
  if (!entry.is_regular_file(gone) || gone) return false;
  const auto written = entry.last_write_time(gone);
  return !gone && written < std::filesystem::file_time_type::clock::now() - kYoung;
}

Outcome<FileStore> FileStore::open(const Settings& settings) {
  if (settings.files.empty())
    return misused(
        fmt::format("Where are the files? Say it with --files, in PORTAL_FILES or in {}: the folder that "
                    "nginx knows as portal_files.",
                    kSettingsFile));
  std::error_code error;
  if (!std::filesystem::is_directory(settings.files, error))
    return failed(fmt::format("The folder of files, {}, is not there.", settings.files));
  return FileStore(settings.files);
}

Outcome<files::Incoming> FileStore::receive(const std::filesystem::path& source) const {
  const Outcome<io::Descriptor> from = open_source(source);
  if (!from) return failed(from.error());
  Result<files::Incoming> file = files::Incoming::begin(folder_);
  if (!file) return refuse(file.error());
  if (Outcome<void> copied = copy(*from, source, *file); !copied) return failed(copied.error());
  return std::move(*file);
}

Outcome<void> FileStore::keep(const files::Incoming& file) const {
  const Result<files::Kept> kept = file.keep();
  if (!kept) return refuse(kept.error());
  return {};
}

Outcome<void> FileStore::remove(crypto::Bytes content_hash) const {
  if (Result<void> removed = files::remove(folder_, content_hash); !removed) return refuse(removed.error());
  return {};
}

}  // namespace portal::portalctl
