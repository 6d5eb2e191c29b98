// Where a worker keeps what is sent to it: bodies are copied into the folder of `portal_files` on the pool of threads,
// in pieces, so that whoever signs in meanwhile does not wait for a whole file.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "files/incoming.hpp"
#include "http/request.hpp"
#include "io/loop.hpp"
#include "io/offload.hpp"
#include "pg/rows.hpp"

namespace portal::files {

struct Receiving;  // one copy on its way

// A file that is safe in the folder and has no row yet. Unless complete() gets it, it goes again.
class Upload {
 public:
  explicit Upload(std::shared_ptr<Receiving> receiving) : receiving_(std::move(receiving)) {}
  Upload(Upload&&) noexcept = default;
  Upload& operator=(Upload&&) = delete;
  ~Upload() = default;
  const Content& content() const;

 private:
  friend class Uploads;
  std::shared_ptr<Receiving> receiving_;  // null: given on
};

class Uploads {
 public:
  // `folder` may be empty: then nothing is kept (kStorageUnavailable).
  Uploads(io::Loop& loop, io::Offload& offload, std::filesystem::path folder)
      : loop_(loop), offload_(offload), folder_(std::move(folder)) {}

  // kStorageFull, kStorageUnavailable; kOverloaded when too many others are being copied.
  Task<Result<Upload>> keep(http::BodyFile body);

  // The order that loses nothing: the file is safe, then `row` is carried out, then a look whether somebody has removed
  // the file before the row could be seen. With a row that could not be made the file goes; where that is not known, it
  // stays.
  Task<Result<std::vector<pg::Rows>>> complete(Upload upload, Task<Result<std::vector<pg::Rows>>> row);

  const std::filesystem::path& folder() const { return folder_; }

 private:
  class Turn;
  Task<Result<void>> copy(std::shared_ptr<Receiving> receiving);
  template <class Function>
  Task<Result<std::invoke_result_t<Function>>> on_the_pool(Function function);

  io::Loop& loop_;
  io::Offload& offload_;
  std::filesystem::path folder_;
  int copying_ = 0;
};

}  // namespace portal::files
