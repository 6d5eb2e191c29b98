// A file on its way into the folder of `portal_files`. It lies there under its SHA-256, so that it is there once, never
// changes, and its path holds nothing that anybody typed (SECURITY R47).
//
// A row that names a file is written only after the file is safe on the disk: begin(), add(), finish(), keep(), then
// the row. Whatever ends it before keep() leaves nothing: until then the file has no name. Everything here blocks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "files/active_content.hpp"
#include "io/descriptor.hpp"

namespace portal::files {

struct Content {
  crypto::Digest hash{};
  std::int64_t bytes = 0;
  std::string head{};      // what its type is recognised by, at most kHeadBytes
  bool is_active = false;  // where it is a PDF: see files/active_content.hpp
};

// Which file it was that got the name, to tell it from one that took its place later.
struct Kept {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool was_new = false;  // else it took the place of one with the same content
};

// All errors are kStorageFull or kStorageUnavailable and say what the system said.
class Incoming {
 public:
  static Result<Incoming> begin(const std::filesystem::path& folder);
  Incoming(Incoming&& other) noexcept;
  Incoming& operator=(Incoming&&) = delete;
  ~Incoming();

  Result<void> add(std::string_view bytes);
  // After the last one: synced, and readable for the group of nginx' workers.
  Result<void> finish();
  const Content& content() const { return content_; }

  // Gives it its name and answers once a power cut cannot take it away. Content that is there already is replaced by
  // the same, which heals a file that a disk has damaged. Once.
  Result<Kept> keep() const;

 private:
  Incoming(std::filesystem::path folder, std::string name, io::Descriptor descriptor)
      : folder_(std::move(folder)), name_(std::move(name)), descriptor_(std::move(descriptor)) {}

  std::filesystem::path folder_;
  std::string name_;  // empty: it has none, because the file system can do without
  io::Descriptor descriptor_;
  crypto::Sha256 hash_;
  ActiveContentScan scan_;
  Content content_;
};

// Once no row names it any more, under the lock of the files. One that is not there is removed already.
Result<void> remove(const std::filesystem::path& folder, crypto::Bytes content_hash);

// What keep() did, undone for a row that could not be made: the file goes if nobody had it before and nobody has put
// the same content there since. Never under a row of somebody else, so it needs no lock.
void take_back(const std::filesystem::path& folder, crypto::Bytes content_hash, const Kept& kept) noexcept;

bool is_there(const std::filesystem::path& folder, crypto::Bytes content_hash) noexcept;

}  // namespace portal::files
