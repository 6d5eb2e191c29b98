#include "files/uploads.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "io/descriptor.hpp"
#include "io/sleep.hpp"

namespace portal::files {

// Belongs to whoever works on it: the request that asked for it may be gone while a thread copies. The last one takes
// back what was kept for nobody.
struct Receiving {
  Receiving(std::filesystem::path path, io::Descriptor body, std::int64_t length)
      : folder(std::move(path)), source(std::move(body)), bytes(length) {}
  Receiving(const Receiving&) = delete;
  Receiving& operator=(const Receiving&) = delete;
  ~Receiving() { give_up(); }

  void give_up() noexcept {
    if (kept && !settled) take_back(folder, incoming->content().hash, *kept);
    kept.reset();
  }

  std::filesystem::path folder;
  io::Descriptor source;
  std::int64_t bytes;
  std::int64_t copied = 0;
  std::optional<Incoming> incoming;
  std::optional<Kept> kept;
  bool settled = false;  // a row names it, or may
};

namespace {

constexpr std::int64_t kPieceBytes = std::int64_t{2} * 1024 * 1024;  // about as long on the pool as one password
constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr io::Duration kPause{20};
constexpr int kPatience = 250;  // pauses

Result<void> add_piece(Receiving& receiving) {
  if (!receiving.incoming) {
    Result<Incoming> begun = Incoming::begin(receiving.folder);
    if (!begun) return fail(std::move(begun.error()));
    receiving.incoming.emplace(std::move(*begun));
  }
  std::string buffer(kBufferBytes, '\0');
  const std::int64_t end = std::min(receiving.bytes, receiving.copied + kPieceBytes);
  while (receiving.copied < end) {
    const auto wanted = std::min(static_cast<std::int64_t>(buffer.size()), end - receiving.copied);
    const ssize_t count =
        ::pread(receiving.source.number(), buffer.data(), static_cast<std::size_t>(wanted), receiving.copied);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0)
      return fail(ErrorCode::kStorageUnavailable, std::string("the body cannot be read back: ") + std::strerror(errno));
    if (Result<void> added =
            receiving.incoming->add(std::string_view(buffer).substr(0, static_cast<std::size_t>(count)));
        !added)
      return added;
    receiving.copied += count;
  }
  receiving.incoming->write_out();
  return {};
}

Result<void> name_it(Receiving& receiving) {
  if (Result<void> finished = receiving.incoming->finish(); !finished) return finished;
  Result<Kept> kept = receiving.incoming->keep();
  if (!kept) return fail(std::move(kept.error()));
  receiving.kept = *kept;
  return {};
}

}  // namespace

const Content& Upload::content() const { return receiving_->incoming->content(); }

// So many at once, and the others after them.
class Uploads::Turn {
 public:
  explicit Turn(Uploads& uploads) : uploads_(uploads) { ++uploads_.copying_; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { --uploads_.copying_; }

 private:
  Uploads& uploads_;
};

// The pool may be full of passwords for a moment; a file that was sent whole is not refused for that.
template <class Function>
Task<Result<std::invoke_result_t<Function>>> Uploads::on_the_pool(Function function) {
  for (int pause = 0;; ++pause) {
    auto done = co_await io::offload(offload_, loop_, function);
    if (done || done.error().code != ErrorCode::kOverloaded || pause == kPatience) co_return std::move(done);
    co_await io::sleep(loop_, kPause);
  }
}

Task<Result<void>> Uploads::copy(std::shared_ptr<Receiving> receiving) {
  const auto piece = [receiving] { return add_piece(*receiving); };
  do {
    Result<Result<void>> added = co_await on_the_pool(piece);
    if (!added) co_return fail(std::move(added.error()));
    if (!*added) co_return fail(std::move(added->error()));
  } while (receiving->copied < receiving->bytes);
  const auto naming = [receiving] { return name_it(*receiving); };
  Result<Result<void>> named = co_await on_the_pool(naming);
  if (!named) co_return fail(std::move(named.error()));
  co_return std::move(*named);
}

Task<Result<Upload>> Uploads::keep(http::BodyFile body) {
  if (folder_.empty()) co_return fail(ErrorCode::kStorageUnavailable, "\"portal_files\" is not configured");
  for (int pause = 0; copying_ >= limits::kUploadsAtOnce; ++pause) {
    if (pause == kPatience) co_return fail(ErrorCode::kOverloaded, "too many files are being kept");
    co_await io::sleep(loop_, kPause);
  }
  const Turn turn(*this);
  // The glue's descriptor closes with the request; a thread may still read then.
  io::Descriptor source(::fcntl(body.descriptor, F_DUPFD_CLOEXEC, 0));
  if (!source)
    co_return fail(ErrorCode::kStorageUnavailable,
                   std::string("the body cannot be read back: ") + std::strerror(errno));
  Upload upload(std::make_shared<Receiving>(folder_, std::move(source), body.bytes));
  Result<void> copied = co_await copy(upload.receiving_);
  if (!copied) co_return fail(std::move(copied.error()));
  co_return std::move(upload);
}

Task<Result<std::vector<pg::Rows>>> Uploads::complete(Upload upload, Task<Result<std::vector<pg::Rows>>> row) {
  // From here on a row may name it, whatever becomes of this request.
  const std::shared_ptr<Receiving> receiving = std::move(upload.receiving_);
  receiving->settled = true;
  Result<std::vector<pg::Rows>> rows = co_await std::move(row);
  if (!rows) {
    if (rows.error().code != ErrorCode::kOutcomeUnknown) {
      receiving->settled = false;
      const auto undo = [receiving] { return receiving->give_up(), true; };
      static_cast<void>(co_await on_the_pool(undo));
    }
    co_return std::move(rows);
  }
  const auto look = [receiving] { return is_there(receiving->folder, receiving->incoming->content().hash); };
  const Result<bool> there = co_await on_the_pool(look);
  if (there && !*there) {
    const auto again = std::make_shared<Receiving>(
        receiving->folder, io::Descriptor(::fcntl(receiving->source.number(), F_DUPFD_CLOEXEC, 0)), receiving->bytes);
    Result<void> copied = co_await copy(again);
    if (!copied) co_return fail(ErrorCode::kOutcomeUnknown, copied.error().log_detail);
    again->settled = true;
  }
  co_return std::move(rows);
}

}  // namespace portal::files
