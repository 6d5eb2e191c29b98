// A connection that only listens. What was notified while it was away is lost, so every (re)connection reports itself
// and its user reads everything anew.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/loop.hpp"
#include "pg/lane.hpp"

struct pg_conn;

namespace portal::pg {

class Listener {
 public:
  // `on_change` is called after each notice and each time listening (re)starts; several may be told as one.
  Listener(io::Loop& loop, LaneOptions options, std::string listen_statement, io::Callback on_change, Log& log);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void start();
  bool listening() const { return state_ == State::kListening; }

 private:
  enum class State : std::uint8_t { kClosed, kConnecting, kSubscribing, kListening };

  void on_ready() noexcept;
  void on_timer() noexcept;
  void connect();
  void poll_connect();
  void read();
  void flush();
  void lose(std::string_view why) noexcept;

  io::Loop& loop_;
  LaneOptions options_;
  std::string listen_statement_;
  io::Callback on_change_;
  Log& log_;
  State state_ = State::kClosed;
  pg_conn* connection_ = nullptr;
  std::unique_ptr<io::Watch> watch_;
  std::unique_ptr<io::Timer> timer_;
};

}  // namespace portal::pg
