#include "files/incoming.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.hpp"
#include "files/answer.hpp"
#include "files/media_type.hpp"

namespace portal::files {
namespace {

// Readable for the group, which is that of nginx' workers where the folder has it and its set-group-id bit. Folders are
// written by both, by whoever runs portalctl and by the workers.
constexpr mode_t kFileMode = S_IRUSR | S_IWUSR | S_IRGRP;
constexpr mode_t kFolderMode = S_IRWXU | S_IRWXG;

std::unexpected<Error> refuse(const std::filesystem::path& path, std::string_view what) {
  const int reason = errno;
  Error error =
      Error::of(reason == ENOSPC || reason == EDQUOT ? ErrorCode::kStorageFull : ErrorCode::kStorageUnavailable,
                fmt::format("{} {}: {}", path.string(), what, std::strerror(reason)));
  return std::unexpected(std::move(error));
}

std::string random_name(std::string_view prefix) {
  std::array<std::uint8_t, 8> bytes{};
  fill_random(bytes);
  return std::string(prefix) + crypto::encode_hex(bytes);
}

// A name is safe on the disk only when its folder is.
bool sync_folder(const std::filesystem::path& path) {
  const io::Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder && ::fsync(folder.number()) == 0;
}

// Whatever the umask says. The set-group-id bit, which comes from the folder around, stays.
bool ensure_passable(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return false;
  if ((status.st_mode & kFolderMode) == kFolderMode) return true;
  // Of somebody else, who has opened it as far as we need: we find out when we write there.
  return ::chmod(path.c_str(), (status.st_mode & 07777U) | kFolderMode) == 0 || errno == EPERM;
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

bool is_same(const struct stat& status, const Kept& kept) {
  return status.st_dev == kept.device && status.st_ino == kept.inode;
}

}  // namespace

Result<Incoming> Incoming::begin(const std::filesystem::path& folder) {
  io::Descriptor unnamed(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kFileMode));
  if (unnamed) return Incoming(folder, {}, std::move(unnamed));
  // Not every file system has files without a name, NFS among them.
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) return refuse(folder, "cannot be written");
  std::string name = random_name(".incoming-");
  io::Descriptor named(::open((folder / name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
  if (!named) return refuse(folder / name, "cannot be written");
  return Incoming(folder, std::move(name), std::move(named));
}

Incoming::Incoming(Incoming&& other) noexcept
    : folder_(std::move(other.folder_)),
      name_(std::exchange(other.name_, {})),
      descriptor_(std::move(other.descriptor_)),
      hash_(std::move(other.hash_)),
      filter_(std::move(other.filter_)),
      scan_(std::move(other.scan_)),
      content_(std::move(other.content_)),
      added_before_(other.added_before_),
      written_out_(other.written_out_) {}

Incoming::~Incoming() {
  if (!name_.empty()) ::unlink((folder_ / name_).c_str());
}

Result<void> Incoming::add(std::string_view bytes) {
  if (filter_.passes()) return write(bytes);
  std::string kept;
  filter_.add(bytes, kept);
  return write(kept);
}

Result<void> Incoming::write(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (!write_all(descriptor_.number(), bytes)) return refuse(folder_, "cannot be written");
  // On its way to the disk already, so that the last sync does not hold up who waits for the same thread.
  ::sync_file_range(descriptor_.number(), content_.bytes, static_cast<off64_t>(bytes.size()), SYNC_FILE_RANGE_WRITE);
  hash_.add(crypto::bytes_of(bytes));
  scan_.add(bytes);
  std::string& head = content_.head;
  if (head.size() < kHeadBytes) head += bytes.substr(0, kHeadBytes - head.size());
  content_.bytes += static_cast<std::int64_t>(bytes.size());
  return {};
}

void Incoming::write_out() noexcept {
  constexpr unsigned kWait = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  if (added_before_ > written_out_)
    ::sync_file_range(descriptor_.number(), written_out_, added_before_ - written_out_, kWait);
  written_out_ = added_before_;
  added_before_ = content_.bytes;
}

Result<void> Incoming::finish() {
  std::string kept;
  filter_.finish(kept);
  if (Result<void> written = write(kept); !written) return written;
  content_.is_broken_picture = filter_.is_broken();
  if (::fchmod(descriptor_.number(), kFileMode) != 0 || ::fsync(descriptor_.number()) != 0)
    return refuse(folder_, "cannot be written");
  content_.hash = hash_.finish();
  content_.is_active = scan_.found() && detect_type(content_.head, "x.pdf") != kUnknownType;
  return {};
}

Result<Kept> Incoming::keep() const {
  const std::filesystem::path target = folder_ / path_of(content_.hash);
  const std::filesystem::path around = target.parent_path();
  if (::mkdir(around.c_str(), kFolderMode) != 0 && errno != EEXIST) return refuse(around, "cannot be made");
  if (!ensure_passable(around)) return refuse(around, "cannot be opened to its group");

  const std::string source =
      name_.empty() ? fmt::format("/proc/self/fd/{}", descriptor_.number()) : (folder_ / name_).string();
  const int follow = name_.empty() ? AT_SYMLINK_FOLLOW : 0;
  struct stat mine{};
  if (::fstat(descriptor_.number(), &mine) != 0) return refuse(target, "cannot be written");
  // Of several with the same content at the same moment one is the first, which link(2) tells and a look before does
  // not.
  const bool was_new = ::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, target.c_str(), follow) == 0;
  if (!was_new) {
    if (errno != EEXIST) return refuse(target, "cannot be written");
    // A second name, which rename(2) then puts into the place of whatever is there.
    const std::filesystem::path second = folder_ / random_name(".incoming-");
    if (::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, second.c_str(), follow) != 0)
      return refuse(second, "cannot be written");
    if (::rename(second.c_str(), target.c_str()) != 0) {
      const auto failure = refuse(target, "cannot be written");
      ::unlink(second.c_str());
      return failure;
    }
  }
  const Kept kept{.device = mine.st_dev, .inode = mine.st_ino, .was_new = was_new};
  if (!sync_folder(around) || !sync_folder(folder_)) {
    const auto failure = refuse(around, "cannot be written");
    take_back(folder_, content_.hash, kept);
    return failure;
  }
  return kept;
}

Result<void> remove(const std::filesystem::path& folder, crypto::Bytes content_hash) {
  const std::filesystem::path target = folder / path_of(content_hash);
  if (::unlink(target.c_str()) != 0 && errno != ENOENT) return refuse(target, "cannot be removed");
  return {};
}

void take_back(const std::filesystem::path& folder, crypto::Bytes content_hash, const Kept& kept) noexcept {
  if (!kept.was_new) return;
  try {
    // Taken aside first: what is looked at there cannot be replaced between the look and the removal.
    const std::filesystem::path target = folder / path_of(content_hash);
    const std::filesystem::path aside = folder / random_name(".incoming-");
    struct stat status{};
    if (::stat(target.c_str(), &status) != 0 || !is_same(status, kept)) return;
    if (::rename(target.c_str(), aside.c_str()) != 0) return;
    const bool is_mine = ::stat(aside.c_str(), &status) == 0 && is_same(status, kept);
    if (!is_mine && ::rename(aside.c_str(), target.c_str()) == 0) return;
    ::unlink(aside.c_str());
  } catch (const std::exception&) {
    // A file without a row does no harm.
  }
}

bool is_there(const std::filesystem::path& folder, crypto::Bytes content_hash) noexcept {
  try {
    struct stat status{};
    return ::stat((folder / path_of(content_hash)).c_str(), &status) == 0;
  } catch (const std::exception&) {
    return true;
  }
}

}  // namespace portal::files
