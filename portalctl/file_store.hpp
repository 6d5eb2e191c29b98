// The folder of `portal_files`, from the side of portalctl: copies of files that a person names. What is written how,
// and in which order, stands in files/incoming.hpp.
#pragma once

#include <chrono>
#include <filesystem>
#include <utility>

#include "files/incoming.hpp"
#include "portalctl/failure.hpp"
#include "portalctl/settings.hpp"

namespace portal::portalctl {

// A file that no row names may be on its way to one for so long, whoever brings it.
constexpr std::chrono::hours kYoung{1};

// A regular file that was written longer than kYoung ago. False where it cannot be looked at, as when it has just gone.
bool is_settled(const std::filesystem::directory_entry& entry);

class FileStore {
 public:
  // Refuses a folder that is not there.
  static Outcome<FileStore> open(const Settings& settings);

  // A copy of `source`, synced. Refuses what is no regular file, is empty or larger than limits::kDocumentBytes.
  Outcome<files::Incoming> receive(const std::filesystem::path& source) const;
  // Gives it its name. The lock of the store is held, so that nobody removes the same content meanwhile.
  Outcome<void> keep(const files::Incoming& file) const;
  // Under the same lock, once no row names it any more. One that is not there is removed already.
  Outcome<void> remove(crypto::Bytes content_hash) const;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  explicit FileStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
};

}  // namespace portal::portalctl
