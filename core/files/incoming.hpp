// A file on its way into the folder of `portal_files`. It lies there under its SHA-256, so that it is there once, never
// changes, and its path holds nothing that anybody typed (SECURITY R47).
//
// What a JPEG or PNG says besides what it shows does not get in (SECURITY R46): see files/picture_metadata.hpp. So the
// content that is kept may be shorter than what was sent.
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
#include "files/picture_metadata.hpp"
#include "io/descriptor.hpp"

namespace portal::files {

struct Content {
  crypto::Digest hash{};
  std::int64_t bytes = 0;
  std::string head{};              // what its type is recognised by, at most kHeadBytes
  bool is_active = false;          // where it is a PDF: see files/active_content.hpp
  bool is_broken_picture = false;  // it begins as a JPEG or PNG and is none
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
  // Waits until the disk has what was added before the last call: so finish() waits for two pieces and not for all of a
  // large file, whoever else needs the thread. Not every file system can; finish() is what counts.
  void write_out() noexcept;
  // After the last one: synced, and readable for the group of nginx' workers.
  Result<void> finish();
  const Content& content() const { return content_; }

  // Gives it its name and answers once a power cut cannot take it away. Content that is there already is replaced by
  // the same, which heals a file that a disk has damaged. Once.
  Result<Kept> keep() const;

 private:
  Result<void> write(std::string_view bytes);

  Incoming(std::filesystem::path folder, std::string name, io::Descriptor descriptor)
      : folder_(std::move(folder)), name_(std::move(name)), descriptor_(std::move(descriptor)) {}

  std::filesystem::path folder_;
  std::string name_;  // empty: it has none, because the file system can do without
  io::Descriptor descriptor_;
  crypto::Sha256 hash_;
  MetadataFilter filter_;
  ActiveContentScan scan_;
  Content content_;
  std::int64_t added_before_ = 0;  // at the last write_out()
  std::int64_t written_out_ = 0;
};

// Once no row names it any more, under the lock of the files. One that is not there is removed already.
Result<void> remove(const std::filesystem::path& folder, crypto::Bytes content_hash);

// What keep() did, undone for a row that could not be made: the file goes if nobody had it before and nobody has put
// the same content there since. Never under a row of somebody else, so it needs no lock.
void take_back(const std::filesystem::path& folder, crypto::Bytes content_hash, const Kept& kept) noexcept;

bool is_there(const std::filesystem::path& folder, crypto::Bytes content_hash) noexcept;

}  // namespace portal::files
