// Whether a worker's PostgreSQL is heard from. A server that is frozen, or a network that swallows everything, gives no
// error: only silence tells. A slow statement is not silence, because the listener's questions are answered meanwhile.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "io/loop.hpp"

namespace portal::pg {

// Who is told of the silence's begin and end. Called from the loop, never from inside a call of its own.
class PulseListener {
 public:
  virtual ~PulseListener() = default;
  virtual void on_silence() noexcept = 0;
  virtual void on_heard_again() noexcept = 0;
};

class Pulse {
 public:
  // Silence: a question that a living server answers at once is open for so long, and nothing else was heard either.
  static constexpr io::Duration kAnswerWithin{500};
  static constexpr io::Duration kHeardWithin{700};

  explicit Pulse(io::Loop& loop);
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  // A byte came from the server, on any connection.
  void heard() noexcept { heard_at_ = loop_.now(); }
  bool silent() const noexcept { return silent_; }

  // A question was asked to which a living server has an answer at once, whatever else it does.
  void asked();
  // It was answered, or refused: somebody is there.
  void settled() noexcept;

  // At which of several hosts the next connection is tried first, counted on and on. libpq goes on to the next one
  // after an error alone, and a host that is silent makes none.
  std::size_t first_host() const noexcept { return first_host_; }
  // A try that began there had no answer in time. Of all that began there the first one counts.
  void no_answer_at(std::size_t host) noexcept { first_host_ += host == first_host_ ? 1 : 0; }

  // Those that joined first are told first.
  void join(PulseListener& listener) { listeners_.push_back(&listener); }
  void leave(PulseListener& listener) noexcept { std::erase(listeners_, &listener); }

 private:
  void on_timer() noexcept;
  void look_again_in(io::Duration time);

  io::Loop& loop_;
  std::unique_ptr<io::Timer> timer_;
  std::vector<PulseListener*> listeners_;
  io::MonotonicTime heard_at_;
  io::MonotonicTime look_at_{};
  std::size_t first_host_ = 0;
  bool silent_ = false;
};

}  // namespace portal::pg
