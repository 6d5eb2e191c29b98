#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "crypto/keyring.hpp"

namespace portal::crypto {
namespace {

class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  explicit operator bool() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

std::unexpected<Error> refuse(const std::string& path, std::string_view why) {
  return fail(ErrorCode::kInternal, "key file " + path + ": " + std::string(why));
}

std::unexpected<Error> refuse_with_errno(const std::string& path) {
  return refuse(path, std::generic_category().message(errno));
}

Result<struct stat> check_file(const File& file, const std::string& path) {
  struct stat status{};
  if (::fstat(file.descriptor(), &status) != 0) return refuse_with_errno(path);
  if (!S_ISREG(status.st_mode)) return refuse(path, "it is not a regular file");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return refuse(path, "others than its owner may read or write it; its mode must be 0600");
  }
  if (std::cmp_greater(status.st_size, limits::kKeyFileBytes)) return refuse(path, "it is too long");
  return status;
}

Result<SecretString> read_file(const File& file, std::size_t size, const std::string& path) {
  SecretString text = SecretString::of_size(size);
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t count = ::read(file.descriptor(), text.data() + filled, size - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return refuse_with_errno(path);
    if (count == 0) return refuse(path, "it became shorter while it was read");
    filled += static_cast<std::size_t>(count);
  }
  return text;
}

bool write_all(const File& file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(file.descriptor(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(file.descriptor()) == 0;
}

// A name is safe on the disk only when its directory is.
bool sync_directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const File file(directory, O_RDONLY | O_DIRECTORY);
  return file && ::fsync(file.descriptor()) == 0;
}

Result<File> create_file(const std::string& path) {
  File file(path, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
  if (file) return file;
  if (errno == EEXIST) return fail(ErrorCode::kConflict, "key file " + path + ": there is one already");
  return refuse_with_errno(path);
}

struct Loaded {
  struct stat status;
  SecretString text;
};

Result<Loaded> load_text(const std::string& path) {
  const File file(path, O_RDONLY | O_NONBLOCK);
  if (!file) return refuse_with_errno(path);
  const auto status = check_file(file, path);
  if (!status) return fail(status.error());
  Result<SecretString> text = read_file(file, static_cast<std::size_t>(status->st_size), path);
  if (!text) return fail(std::move(text.error()));
  return Loaded{*status, std::move(*text)};
}

}  // namespace

Result<Keyring> Keyring::load(const std::string& path) {
  const Result<Loaded> loaded = load_text(path);
  if (!loaded) return fail(loaded.error());
  return parse(loaded->text.view());
}

Result<void> create_key_file(const std::string& path) {
  const Result<File> file = create_file(path);
  if (!file) return fail(file.error());
  if (!write_all(*file, generate_keys().view()) || !sync_directory_of(path)) {
    const auto failure = refuse_with_errno(path);
    ::unlink(path.c_str());
    return failure;
  }
  return {};
}

Result<std::string> rotate_key(const std::string& path, KeyPurpose purpose) {
  const Result<Loaded> old = load_text(path);
  if (!old) return fail(old.error());
  const Result<Keyring> keyring = Keyring::parse(old->text.view());
  if (!keyring) return fail(keyring.error());
  GeneratedKey key = generate_key(purpose);
  while (keyring->find(purpose, key.id) != nullptr) key = generate_key(purpose);
  const bool ends_with_newline = old->text.view().ends_with('\n');
  const SecretString text = join(join(old->text, SecretString(ends_with_newline ? "" : "\n")), key.line);

  // Only one can create the new file at a time, so that two rotations do not lose one of the keys.
  const std::string new_path = path + ".new";
  const Result<File> file = create_file(new_path);
  if (!file) return fail(file.error());
  if (::fchown(file->descriptor(), old->status.st_uid, old->status.st_gid) != 0 || !write_all(*file, text.view()) ||
      std::rename(new_path.c_str(), path.c_str()) != 0 || !sync_directory_of(path)) {
    const auto failure = refuse_with_errno(path);
    ::unlink(new_path.c_str());
    return failure;
  }
  return key.id;
}

}  // namespace portal::crypto
