// A lane: a few pipelined connections of one kind, least busy first, opened when they are needed. A request's
// statements are one segment: sent together, ended by one sync, one implicit transaction.
#pragma once

#include <array>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "io/loop.hpp"
#include "pg/exchange.hpp"
#include "pg/log.hpp"
#include "pg/pulse.hpp"
#include "pg/rows.hpp"
#include "pg/statement.hpp"

namespace portal::pg {

class Connection;

// What a lost connection means for a segment that was sent: a read may be asked again, a write may have been committed.
enum class SegmentKind : std::uint8_t { kRead, kWrite };

// Told of changes that were committed, or may have been: by the connection, whether or not anybody waits for them any
// more, and before whoever waits goes on.
class CommitObserver {
 public:
  virtual ~CommitObserver() = default;
  virtual void on_commit(const Owner& owner) noexcept = 0;
};

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

// How long the server took for segments, from sending to sync. Cumulative, as Prometheus counts.
struct RoundTrips {
  static constexpr std::array<std::uint32_t, 10> kBounds = {500,    1'000,  2'000,   5'000,   10'000,
                                                            25'000, 50'000, 100'000, 500'000, 2'500'000};
  std::array<std::uint64_t, kBounds.size()> up_to{};  // microseconds
  std::uint64_t count = 0;
  std::uint64_t microseconds = 0;

  void add(std::chrono::microseconds time) noexcept;
};

struct LaneFigures {
  int connections_open = 0;
  int in_flight = 0;
  std::size_t queued = 0;
  std::uint64_t segments = 0;
  std::uint64_t abandoned = 0;
  std::uint64_t connects = 0;
  std::uint64_t failures = 0;
  std::uint64_t retries = 0;  // segments that were sent again
  std::uint64_t outages = 0;
  RoundTrips round_trips;
};

class Lane final : private PulseListener {
 public:
  // Without a pulse the lane notices a silent server by its own deadlines alone.
  Lane(io::Loop& loop, LaneOptions options, Log& log, Pulse* pulse = nullptr);
  ~Lane() override;
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  class RunAwaiter {
   public:
    RunAwaiter(Lane& lane, std::vector<Query> queries, const Owner& owner);
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
  // `owner`: of a change, for whoever observes.
  RunAwaiter run(std::vector<Query> queries, const Owner& owner = {}) {
    return RunAwaiter(*this, std::move(queries), owner);
  }
  // Null: nobody observes any more.
  void observe(CommitObserver* observer) { observer_ = observer; }

  LaneFigures figures() const;
  io::Loop& loop() const { return loop_; }
  // Closes every connection. What is in flight fails.
  void close() noexcept;

 private:
  friend class Connection;

  struct Outage {
    io::MonotonicTime since;
    std::uint64_t failed = 0;
  };

  Result<void> submit(std::shared_ptr<Exchange> exchange);
  void abandon(const std::shared_ptr<Exchange>& exchange) noexcept;
  void dispatch() noexcept;
  Connection* least_busy() noexcept;
  bool any_ready() const noexcept;
  bool may_open() const noexcept;
  bool is_silent() const noexcept { return pulse_ && pulse_->silent(); }
  void open_connection();
  void fail_queue(ErrorCode code, std::string_view why) noexcept;
  void fail(Exchange& exchange, ErrorCode code, std::string_view why) noexcept;
  void note_outage(std::string_view why) noexcept;
  io::Duration jitter(io::Duration below) const noexcept;
  // Segments of a lost connection that had no effect, in their order.
  void resubmit(ExchangeQueue& exchanges) noexcept;
  void on_silence() noexcept override;
  void on_heard_again() noexcept override;
  void on_impatience() noexcept;
  void on_reconnect() noexcept;
  void on_retry() noexcept;
  void on_reap() noexcept;

  // From Connection.
  void on_heard() noexcept {
    if (pulse_) pulse_->heard();
  }
  std::size_t first_host() const noexcept { return pulse_ ? pulse_->first_host() : 0; }
  void on_no_answer_at(std::size_t host) noexcept {
    if (pulse_) pulse_->no_answer_at(host);
  }
  void on_settled(const Exchange& exchange) noexcept {
    if (observer_ && exchange.owner.account_id != 0) observer_->on_commit(exchange.owner);
  }
  void on_progress() noexcept;
  void on_connected(Connection& connection) noexcept;
  void on_lost(Connection& connection, bool was_connected, std::string_view why,
               ExchangeQueue& without_effect) noexcept;
  bool may_retry(const Exchange& exchange) const noexcept;
  void retry_later(std::shared_ptr<Exchange> exchange) noexcept;

  io::Loop& loop_;
  LaneOptions options_;
  Log& log_;
  Pulse* pulse_;
  CommitObserver* observer_ = nullptr;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>>
      lost_;  // destroyed from the reaper's wake, never from inside their own callbacks
  std::unique_ptr<io::Wake> reaper_;
  std::unique_ptr<io::Timer> impatience_;  // runs while segments wait for the lane's first connection
  std::unique_ptr<io::Timer> reconnect_;   // runs during an outage
  std::unique_ptr<io::Timer> retry_;
  ExchangeQueue queue_;
  ExchangeQueue retrying_;
  io::MonotonicTime no_connect_before_{};
  io::Duration backoff_{0};
  LaneFigures figures_;
  std::optional<Outage> outage_;
  bool hopeless_ = false;  // the last try to connect failed or lasts too long: nobody waits for the next
  bool closing_ = false;
};

}  // namespace portal::pg
