// Who adds and who removes files take turns, over all machines: the lock is the database's.
#pragma once

#include "portalctl/database.hpp"
#include "portalctl/file_store.hpp"

namespace portal::portalctl {

class FileLock {
 public:
  // Waits for its turn.
  static Outcome<FileLock> take(Database& database);
  FileLock(FileLock&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(Database& database) : database_(&database) {}
  Database* database_;  // null: given on
};

// Under the lock, after the rows have gone: removes the file unless a row of any account still names it, and says
// whether it did.
Outcome<bool> remove_unused(Database& database, const FileStore& store, crypto::Bytes content_hash);
// The same with the lock for this one file. Between two of many, those who upload get their turn.
Outcome<bool> lock_and_remove_unused(Database& database, const FileStore& store, crypto::Bytes content_hash);

}  // namespace portal::portalctl
