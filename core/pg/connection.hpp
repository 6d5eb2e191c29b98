// One pipelined connection of a lane, driven by readiness. libpq owns the descriptor.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/loop.hpp"
#include "pg/lane.hpp"

struct pg_conn;

namespace portal::pg {

// The error that a failed statement or a failed connection becomes. Never holds a value of a row: the classes of errors
// whose text quotes values are reported by SQLSTATE and names alone.
Error error_of(const pg_result* result);

class Connection {
 public:
  Connection(io::Loop& loop, Lane& lane, const LaneOptions& options, Log& log);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void connect();
  bool ready() const { return state_ == State::kReady && !retiring_; }
  bool connecting() const { return state_ == State::kConnecting; }
  // Segments that were sent or wait for a statement to be prepared.
  std::size_t load() const { return in_flight_.size() + held_.size(); }
  void submit(std::shared_ptr<Exchange> exchange) noexcept;
  // Drops a segment that still waits for a statement. One that was sent is drained and its rows are dropped.
  void forget_held(const std::shared_ptr<Exchange>& exchange) noexcept;
  // In doubt or no longer wanted: closes and fails what is in flight.
  void lose(std::string_view why) noexcept;

 private:
  enum class State : std::uint8_t { kClosed, kConnecting, kReady };
  enum class Preparation : std::uint8_t { kNone, kPreparing, kReady };

  struct Prepared {
    Preparation state = Preparation::kNone;
    std::uint32_t generation = 0;  // part of the name on the server: a name is never used twice
    int failures = 0;
  };

  // What the server still owes an answer for, up to one sync.
  struct Expected {
    std::shared_ptr<Exchange> exchange;    // null: a preparation
    const Statement* statement = nullptr;  // of a preparation
    std::size_t statement_number = 0;      // whose results arrive now
    bool statement_answered = false;
    std::optional<Error> error;  // the first one
    bool rolled_back = false;    // the error is the server's
    bool stale = false;          // it says: prepare again
    bool conflict = false;       // it says: somebody else's transaction was in the way
    bool unfit = false;          // it says: this server, or this connection, is not for us any more
    io::MonotonicTime sent_at;
  };

  void on_ready() noexcept;
  void on_deadline() noexcept;
  void poll_connect();
  void watch_socket();
  void start_pipeline();
  void read();
  void take_result(pg_result* result);
  void finish_front();
  void finish_segment(Expected& done);
  void retire_when_idle() noexcept;
  void finish_preparation(Expected& expected);
  void send_or_hold(std::shared_ptr<Exchange> exchange) noexcept;
  std::optional<bool> prepare_all(const Exchange& exchange);
  bool prepare(const Statement& statement);
  bool send(const std::shared_ptr<Exchange>& exchange);
  void send_held();
  void flush();
  void arm_deadline();
  io::MonotonicTime give_up_at() const;
  std::string name_on_server(const Statement& statement) const;
  std::string_view last_error() noexcept;

  io::Loop& loop_;
  Lane& lane_;
  const LaneOptions& options_;
  Log& log_;
  State state_ = State::kClosed;
  pg_conn* connection_ = nullptr;
  std::unique_ptr<io::Watch> watch_;
  std::unique_ptr<io::Timer> deadline_;
  std::vector<Prepared> prepared_;
  std::deque<Expected> in_flight_;
  io::MonotonicTime answered_at_{};  // the last sync
  ExchangeQueue held_;
  std::array<char, 256> last_error_{};  // a copy: losing a connection ends libpq's text, and may not need memory
  std::size_t first_host_ = 0;          // where the try to connect began
  bool retiring_ = false;               // answers what it has, and takes nothing more
  bool reading_ = false;                // while connecting: it is the server's turn
};

}  // namespace portal::pg
