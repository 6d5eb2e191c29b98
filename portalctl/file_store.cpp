#include "portalctl/file_store.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/random.hpp"
#include "files/answer.hpp"
#include "files/media_type.hpp"
#include "portalctl/descriptor.hpp"

namespace portal::portalctl {
namespace {

// Readable for the group, which is that of nginx' workers where the folder has it and its set-group-id bit.
constexpr mode_t kFileMode = S_IRUSR | S_IWUSR | S_IRGRP;
constexpr mode_t kFolderMode = S_IRWXU | S_IRGRP | S_IXGRP;
constexpr std::size_t kPartBytes = 256 * 1024;

std::unexpected<Failure> refuse(const std::filesystem::path& path, std::string_view what) {
  return failed(fmt::format("{} {}: {}.", path.string(), what, std::strerror(errno)));
}

std::unexpected<Failure> too_large(const std::filesystem::path& path) {
  return failed(fmt::format("{} is larger than {} MiB.", path.string(), limits::kDocumentBytes / 1024 / 1024));
}

std::string random_name() {
  std::array<std::uint8_t, 8> bytes{};
  fill_random(bytes);
  return crypto::encode_hex(bytes);
}

// A name is safe on the disk only when its folder is.
bool sync_folder(const std::filesystem::path& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder && ::fsync(folder.number()) == 0;
}

// Whatever the umask says: nginx must be able to pass. The set-group-id bit, which comes from the folder around, stays.
bool ensure_passable(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return false;
  if ((status.st_mode & kFolderMode) == kFolderMode) return true;
  return ::chmod(path.c_str(), (status.st_mode & 07777U) | kFolderMode) == 0;
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Outcome<ReceivedFile> copy(const Descriptor& from, const std::filesystem::path& source, const Descriptor& to,
                           UnnamedFile file) {
  ReceivedFile received{.file = std::move(file)};
  crypto::Sha256 hash;
  std::string part(kPartBytes, '\0');
  while (true) {
    const ssize_t count = ::read(from.number(), part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return refuse(source, "cannot be read");
    if (count == 0) break;
    const std::string_view bytes = std::string_view(part).substr(0, static_cast<std::size_t>(count));
    received.bytes += count;
    // It may have grown since it was looked at.
    if (received.bytes > limits::kDocumentBytes) return too_large(source);
    hash.add(crypto::bytes_of(bytes));
    std::string& head = received.head;
    if (head.size() < files::kHeadBytes) head += bytes.substr(0, files::kHeadBytes - head.size());
    if (!write_all(to.number(), bytes)) return refuse(received.file.path(), "cannot be written");
  }
  if (received.bytes == 0) return failed(fmt::format("{} is empty.", source.string()));
  received.content_hash = hash.finish();
  return received;
}

Outcome<Descriptor> open_source(const std::filesystem::path& source) {
  // Without waiting: what is no file, such as a pipe, is refused.
  Descriptor file(::open(source.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (!file || ::fstat(file.number(), &status) != 0) return refuse(source, "cannot be read");
  if (!S_ISREG(status.st_mode)) return failed(fmt::format("{} is not a file.", source.string()));
  if (status.st_size > limits::kDocumentBytes) return too_large(source);
  return file;
}

}  // namespace

UnnamedFile::~UnnamedFile() {
  // Not there any more when it got its name.
  if (!path_.empty()) ::unlink(path_.c_str());
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

Outcome<ReceivedFile> FileStore::receive(const std::filesystem::path& source) const {
  const Outcome<Descriptor> from = open_source(source);
  if (!from) return failed(from.error());
  UnnamedFile file(folder_ / (".incoming-" + random_name()));
  const Descriptor to(::open(file.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
  if (!to) return refuse(file.path(), "cannot be written");
  Outcome<ReceivedFile> received = copy(*from, source, to, std::move(file));
  if (!received) return received;
  // Whatever the umask says: nginx must be able to read it.
  if (::fchmod(to.number(), kFileMode) != 0 || ::fsync(to.number()) != 0)
    return refuse(received->file.path(), "cannot be written");
  return received;
}

Outcome<void> FileStore::keep(const ReceivedFile& file) const {
  const std::filesystem::path target = folder_ / files::path_of(file.content_hash);
  const std::filesystem::path folder = target.parent_path();
  if (::mkdir(folder.c_str(), kFolderMode) != 0 && errno != EEXIST) return refuse(folder, "cannot be made");
  if (!ensure_passable(folder)) return refuse(folder, "cannot be opened to its group");
  // Content that is there already is replaced by the same, which heals a file that a disk has damaged.
  if (::rename(file.file.path().c_str(), target.c_str()) != 0) return refuse(target, "cannot be written");
  if (!sync_folder(folder) || !sync_folder(folder_)) return refuse(folder, "cannot be written");
  return {};
}

Outcome<void> FileStore::remove(crypto::Bytes content_hash) const {
  const std::filesystem::path target = folder_ / files::path_of(content_hash);
  if (::unlink(target.c_str()) != 0 && errno != ENOENT) return refuse(target, "cannot be removed");
  return {};
}

}  // namespace portal::portalctl
