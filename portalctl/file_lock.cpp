#include "portalctl/file_lock.hpp"

#include "portalctl_sql/documents.hpp"

namespace portal::portalctl {

Outcome<FileLock> FileLock::take(Database& database) {
  auto locked = database.fetch<sql::LockFilesRow>(sql::lock_files());
  if (!locked) return failed(locked.error());
  return FileLock(database);
}

FileLock::~FileLock() {
  // A connection that was lost holds no lock any more.
  if (database_ == nullptr) return;
  [[maybe_unused]] const auto ignored = database_->fetch<sql::UnlockFilesRow>(sql::unlock_files());
}

Outcome<bool> remove_unused(Database& database, const FileStore& store, crypto::Bytes content_hash) {
  auto used = database.fetch<sql::IsFileUsedRow>(sql::is_file_used(content_hash));
  if (!used) return failed(used.error());
  if ((*used)[0].is_used) return false;
  if (const Outcome<void> removed = store.remove(content_hash); !removed) return failed(removed.error());
  return true;
}

Outcome<bool> lock_and_remove_unused(Database& database, const FileStore& store, crypto::Bytes content_hash) {
  const Outcome<FileLock> lock = FileLock::take(database);
  if (!lock) return failed(lock.error());
  return remove_unused(database, store, content_hash);
}

}  // namespace portal::portalctl
