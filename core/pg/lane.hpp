// A lane: a few pipelined connections of one kind, least busy first, opened when they are needed. A request's
// statements are one segment: sent together, ended by one sync, one implicit transaction.
#pragma once

#include <coroutine>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "io/loop.hpp"
#include "pg/rows.hpp"
#include "pg/statement.hpp"

namespace portal::pg {

class Connection;

// What a lost connection means for a segment that was sent: a read may be asked again, a write may have been committed.
enum class SegmentKind : std::uint8_t { kRead, kWrite };

using Log = portal::Log;

struct LaneOptions {
  std::string name;  // for the log and metrics
  std::string
      conninfo;  // libpq keywords without password; host is a socket's folder or hostaddr is given: no name resolution
  std::string password;  // empty: none
  SegmentKind kind = SegmentKind::kRead;
  int connections = 2;
  int depth = 32;            // segments in flight per connection
  std::size_t queue = 1024;  // segments that wait for a place
  io::Duration connect_timeout{2000};
  io::Duration answer_timeout{6000};  // a connection that owes an answer and gives none for so long is given up
  std::vector<std::string> settings;  // "statement_timeout=5000", set at connect
  std::uint16_t statements = 0;       // how many statements the table has
};

struct LaneFigures {
  int connections_open = 0;
  int in_flight = 0;
  std::size_t queued = 0;
  std::uint64_t segments = 0;
  std::uint64_t abandoned = 0;
  std::uint64_t connects = 0;
  std::uint64_t failures = 0;
};

// One segment on its way. Shared by the coroutine that waits and the connection that works, either of which may go
// first.
struct Exchange {
  std::vector<Query> queries;
  std::vector<Rows> rows;
  std::optional<Error> error;
  std::unique_ptr<io::Wake> wake;
  bool abandoned = false;
  bool sent = false;
  bool finished = false;
  int attempts = 0;

  void finish(std::optional<Error> failure) noexcept;
};

class Lane {
 public:
  Lane(io::Loop& loop, LaneOptions options, Log& log);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  class RunAwaiter {
   public:
    RunAwaiter(Lane& lane, std::vector<Query> queries);
    RunAwaiter(const RunAwaiter&) = delete;
    RunAwaiter& operator=(const RunAwaiter&) = delete;
    ~RunAwaiter();  // abandons a segment that is not finished
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle);
    Result<std::vector<Rows>> await_resume();

   private:
    Lane& lane_;
    std::shared_ptr<Exchange> exchange_;
  };

  // co_await lane.run(queries): one round trip. The rows of each query in order, or the first error; after an error
  // nothing was committed, except that kOutcomeUnknown (writes) says it is not known.
  RunAwaiter run(std::vector<Query> queries) { return RunAwaiter(*this, std::move(queries)); }

  LaneFigures figures() const;
  // Closes every connection. What is in flight fails.
  void close() noexcept;

 private:
  friend class Connection;

  Result<void> submit(std::shared_ptr<Exchange> exchange);
  void abandon(const std::shared_ptr<Exchange>& exchange) noexcept;
  void dispatch() noexcept;
  Connection* least_busy() noexcept;
  bool may_open() const noexcept;
  void open_connection();
  // From Connection.
  void on_connected(Connection& connection) noexcept;
  void on_lost(Connection& connection, bool was_connected) noexcept;
  void resubmit(std::shared_ptr<Exchange> exchange) noexcept;
  void on_reap() noexcept;

  io::Loop& loop_;
  LaneOptions options_;
  Log& log_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>>
      lost_;  // destroyed from the reaper's wake, never from inside their own callbacks
  std::unique_ptr<io::Wake> reaper_;
  std::deque<std::shared_ptr<Exchange>> queue_;
  io::MonotonicTime no_connect_before_{};
  io::Duration backoff_{0};
  LaneFigures figures_;
  bool closing_ = false;
};

}  // namespace portal::pg
