// The folder of `portal_files`, from the side that writes it. A file lies under its SHA-256, so that it is there once,
// never changes, and its path holds nothing that anybody typed (SECURITY R47).
//
// A row that names a file is written only after the file is safe on the disk: receive(), then keep(), then the row.
// What a crash leaves behind is a file without a row, which `portalctl doctor` finds, and never a row without a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "crypto/digest.hpp"
#include "portalctl/failure.hpp"
#include "portalctl/settings.hpp"

namespace portal::portalctl {

// A file in the folder that has not its name yet. Removed again unless it got one.
class UnnamedFile {
 public:
  explicit UnnamedFile(std::filesystem::path path) : path_(std::move(path)) {}
  UnnamedFile(UnnamedFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  UnnamedFile& operator=(UnnamedFile&&) = delete;
  ~UnnamedFile();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct ReceivedFile {
  UnnamedFile file;
  crypto::Digest content_hash{};
  std::int64_t bytes = 0;
  std::string head{};  // what its type is recognised by
};

class FileStore {
 public:
  // Refuses a folder that is not there.
  static Outcome<FileStore> open(const Settings& settings);

  // A copy of `source`, synced. Refuses what is no regular file, is empty or larger than limits::kDocumentBytes.
  Outcome<ReceivedFile> receive(const std::filesystem::path& source) const;
  // Gives it its name, synced, and answers once a power cut cannot take it away. The lock of the store is held, so
  // that nobody removes the same content meanwhile.
  Outcome<void> keep(const ReceivedFile& file) const;
  // Under the same lock, once no row names it any more. One that is not there is removed already.
  Outcome<void> remove(crypto::Bytes content_hash) const;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  explicit FileStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
};

}  // namespace portal::portalctl
