// A connection that only listens. What was notified while it was away is lost, so every (re)connection reports itself
// and its user reads everything anew. It is also what finds out whether the server is there at all: it asks all the
// time, and what it asks has an answer at once.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/loop.hpp"
#include "pg/lane.hpp"
#include "pg/lease.hpp"
#include "pg/pulse.hpp"

struct pg_conn;

namespace portal::pg {

// Who is told of notices. Called from the loop, never from inside a call of the listener.
class NoticeObserver {
 public:
  virtual ~NoticeObserver() = default;
  // Listening (re)starts: another epoch. What was notified since the last one ended is lost.
  virtual void on_listening() noexcept = 0;
  // Views into the notice, which goes afterwards.
  virtual void on_notice(std::string_view channel, std::string_view payload) noexcept = 0;
  // The connection that listened is lost.
  virtual void on_deaf() noexcept {}
  // A question has no answer for Listener::kAskEvery, and again for each time more: is it the server, or this
  // connection alone?
  virtual void on_no_answer() noexcept {}
};

class Listener final : private PulseListener {
 public:
  static constexpr io::Duration kAskEvery{250};
  static constexpr io::Duration kLease = Lease::kLength;

  Listener(io::Loop& loop, LaneOptions options, std::string listen_statement, NoticeObserver& observer, Log& log,
           Pulse* pulse = nullptr);
  ~Listener() override;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void start();
  bool listening() const { return state_ == State::kListening; }
  // Everything that was notified a second ago has been told: the last question that was answered was asked less than a
  // second ago. Never across a reconnection.
  bool lease_valid() const { return lease_.valid(loop_.now()); }
  const Lease& lease() const { return lease_; }
  // Grows each time that listening (re)starts. What was made in an earlier epoch may have missed notices.
  std::uint64_t epoch() const { return lease_.epoch(); }

 private:
  enum class State : std::uint8_t { kClosed, kConnecting, kSubscribing, kListening };

  void on_ready() noexcept;
  void on_timer() noexcept;
  void on_silence() noexcept override;
  void on_heard_again() noexcept override {}
  void connect();
  void poll_connect();
  void ask(const char* statement);
  void read();
  void hand_on_notices();
  bool take_answer();
  void flush();
  // Conclusive: the server, or its absence, has told. Silence is not.
  enum class Loss : std::uint8_t { kConclusive, kSilence };
  void lose(std::string_view why, Loss loss = Loss::kConclusive) noexcept;

  io::Loop& loop_;
  LaneOptions options_;
  std::string listen_statement_;
  NoticeObserver& observer_;
  Log& log_;
  Pulse* pulse_;
  State state_ = State::kClosed;
  pg_conn* connection_ = nullptr;
  std::unique_ptr<io::Watch> watch_;
  std::unique_ptr<io::Timer> timer_;
  io::MonotonicTime asked_at_{};
  Lease lease_;
  io::MonotonicTime lost_at_{};
  io::Duration backoff_{0};
  std::size_t first_host_ = 0;  // where the last try to connect began
  bool asking_ = false;         // a statement is on its way
  bool reading_ = false;        // while connecting: it is the server's turn
  bool away_ = false;           // it has been told that the listener is lost
};

}  // namespace portal::pg
