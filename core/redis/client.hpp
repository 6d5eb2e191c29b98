// An asynchronous client for Redis on io::Loop: one connection for each worker, and nobody ever depends on its answers.
// A command has 50 ms from its sending. A connection that was late, that is in doubt or that was left by somebody is
// closed, and until a probe beside the requests has been answered in time nobody is sent to Redis again.
#pragma once

#include <coroutine>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "io/loop.hpp"
#include "redis/address.hpp"
#include "redis/reply.hpp"
#include "redis/socket.hpp"

struct redisReader;

namespace portal::redis {

struct Options {
  Address address;
  std::string password;               // empty: none
  io::Duration deadline{50};          // of a command, from its sending
  io::Duration connect_timeout{250};  // nobody waits for it
  io::Duration first_pause{100};      // after a failure, doubled up to the longest while failures go on
  io::Duration longest_pause{2000};
  io::Duration steady_after{10'000};  // a connection that lived so long ends a row of failures
  std::size_t in_flight = 256;        // commands; more are refused at once
};

struct Figures {
  bool ready = false;  // false: the breaker is open
  std::size_t in_flight = 0;
  std::uint64_t commands = 0;
  std::uint64_t refused = 0;   // not sent: the breaker was open, or too many were in flight
  std::uint64_t failures = 0;  // sent, and no answer came
  std::uint64_t timeouts = 0;  // times that a connection was given up for its silence
  std::uint64_t errors = 0;    // answers that were errors
  std::uint64_t connects = 0;
  std::uint64_t opened = 0;  // times that the breaker opened
};

using Command = std::vector<std::string>;

class Client {
 public:
  Client(io::Loop& loop, Options options, Log& log);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  class RunAwaiter;
  // co_await client.run(command): the reply, errors of Redis included, or kCacheUnavailable, at once when the breaker
  // is open. Leaving it closes the connection, so it is awaited by tasks of the worker and not by those of a request,
  // which a client can end.
  RunAwaiter run(Command command);
  // Sends a command whose answer nobody waits for; it is dropped when the breaker is open.
  void post(const Command& command) noexcept;

  bool ready() const { return state_ == State::kReady; }
  Figures figures() const;

 private:
  enum class State : std::uint8_t { kPausing, kConnecting, kProbing, kReady };

  // A command on its way, shared by who waits and the connection. An ECHO of its number follows each command, and the
  // reply counts only once that has come back: whatever shifts replies against commands is found before it matters.
  struct Exchange {
    std::uint64_t number = 0;
    io::MonotonicTime sent_at;
    std::optional<Reply> reply;
    bool finished = false;
    std::unique_ptr<io::Wake> wake;  // null: nobody waits
  };
  struct FreeReader {
    void operator()(redisReader* reader) const noexcept;
  };

  Result<void> connect();
  Result<void> start_probe();
  Result<void> submit(const Command& command, const std::shared_ptr<Exchange>& exchange) noexcept;
  Result<void> send(const Command& command, const std::shared_ptr<Exchange>& exchange);
  void abandon(const std::shared_ptr<Exchange>& exchange) noexcept;
  void on_ready() noexcept;
  void on_timer() noexcept;
  Result<void> work();
  Result<void> look_at_the_time();
  Result<void> flush();
  Result<void> receive();
  Result<void> take(Reply reply);
  void finish_front() noexcept;
  void arm();
  void lose(std::string_view why) noexcept;
  void tell(std::string_view why) noexcept;
  io::Duration next_pause(bool was_ready) noexcept;

  io::Loop& loop_;
  Options options_;
  Log& log_;
  State state_ = State::kPausing;
  Socket socket_;
  std::unique_ptr<io::Watch> watch_;  // ended before the socket is closed
  std::unique_ptr<redisReader, FreeReader> reader_;
  std::unique_ptr<io::Timer> timer_;  // of the pause, the connecting, and then the deadline of the oldest command
  bool armed_ = false;
  bool writing_ = false;        // the socket had no room
  std::size_t unanswered_ = 0;  // bytes that came since the last whole reply
  std::string output_;          // that is still to be sent
  std::deque<std::shared_ptr<Exchange>> in_flight_;
  std::uint64_t next_number_ = 1;
  io::Duration pause_{0};
  io::MonotonicTime ready_since_{};
  bool told_ = false;  // that it cannot be reached; said once until it is back
  Figures figures_;
};

class Client::RunAwaiter {
 public:
  RunAwaiter(Client& client, Command command);
  RunAwaiter(const RunAwaiter&) = delete;
  RunAwaiter& operator=(const RunAwaiter&) = delete;
  ~RunAwaiter();
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> handle);
  Result<Reply> await_resume();

 private:
  Client& client_;
  Command command_;
  std::shared_ptr<Exchange> exchange_;
};

inline Client::RunAwaiter Client::run(Command command) { return {*this, std::move(command)}; }

}  // namespace portal::redis
