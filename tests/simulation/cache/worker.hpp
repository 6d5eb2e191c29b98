// A worker of the simulation of the edge cache: the real objects that keep answers and decide who gets them, on a
// connection for notices that is slow, is cut, or belongs to a server that is frozen.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <variant>
#include <vector>

#include "auth/session_memory.hpp"
#include "cache/changes.hpp"
#include "edge/cached_answers.hpp"
#include "model.hpp"
#include "pg/lease.hpp"
#include "world.hpp"

namespace portal::simulation {

// What the core draws in the run that there is.
extern Random* the_core_random;

// What happens, in the order of its time.
class Clock {
 public:
  Time now() const { return now_; }
  void after(Microseconds delay, std::function<void()> action) { events_.emplace(now_ + delay, std::move(action)); }
  // False: nothing is left.
  bool step(Time end);

 private:
  Time now_{std::chrono::hours(1)};
  std::multimap<Time, std::function<void()>> events_;
};

struct CacheFaults {
  double cut = 0;         // of a connection, per question
  double silent_cut = 0;  // the same, and the worker is not told
  double freeze = 0;      // of the server's side of a connection
  double stall = 0;       // of the worker, per question
  double slow = 0;        // of a message
  std::int64_t usual_delay = 300;
  std::int64_t slow_delay = 1'500'000;
};

struct Shared {
  Random& random;
  Clock& clock;
  Model& model;
  CacheFaults faults;
  std::uint64_t wires = 0;  // that there have been
};

// One connection that listens: messages arrive in the order in which they were sent, or not at all.
class Wire {
 public:
  using Message = std::variant<std::string, std::monostate>;  // a notice, or the answer to the question before

  Wire(Shared& shared, std::function<void(std::uint64_t, Message)> deliver)
      : shared_(shared), deliver_(std::move(deliver)), number_(++shared.wires) {}

  // From the worker: LISTEN, or an empty question. Each is answered once the server has come to it.
  void ask(const std::shared_ptr<Wire>& self, bool listen);
  void notify(const std::shared_ptr<Wire>& self, const std::string& payload);
  void freeze(const std::shared_ptr<Wire>& self, Microseconds time);
  // Nothing arrives any more, in either direction.
  void cut() {
    cut_ = true;
    waiting_.clear();  // what waits holds this
  }
  bool is_cut() const { return cut_; }
  std::uint64_t number() const { return number_; }

 private:
  void send(const std::shared_ptr<Wire>& self, Message message);
  void serve(const std::shared_ptr<Wire>& self, bool listen);
  Time in_order(Time& last);

  Shared& shared_;
  std::function<void(std::uint64_t, Message)> deliver_;
  std::uint64_t number_;
  std::deque<std::function<void()>> waiting_;  // while it is frozen
  Time last_up_{}, last_down_{};
  bool frozen_ = false;
  bool cut_ = false;
  bool listens_ = false;
};

class CacheWorker {
 public:
  CacheWorker(Shared& shared, std::size_t cache_bytes, std::size_t counters);
  ~CacheWorker();
  CacheWorker(const CacheWorker&) = delete;
  CacheWorker& operator=(const CacheWorker&) = delete;

  edge::CachedAnswers& cached() { return cached_; }
  auth::SessionMemory& sessions() { return sessions_; }
  bool lease_valid() const { return lease_.valid(shared_.clock.now()); }
  // The server's side of the connections that this worker has, or has had.
  const std::vector<std::shared_ptr<Wire>>& wires() const { return wires_; }
  // Runs it now, or once the worker is no longer held up; never, if the worker dies before.
  void run(std::function<void()> action);
  std::weak_ptr<bool> alive() const { return alive_; }

 private:
  void connect();
  void ask();
  void ask_later();
  bool is_current(std::uint64_t wire) const { return wire_ && wire_->number() == wire; }
  void take(std::uint64_t from, const Wire::Message& message);
  void lose();

  static constexpr Microseconds kAskEvery{250'000};
  static constexpr Microseconds kGiveUpAfter{2'000'000};

  Shared& shared_;
  auth::SessionMemory sessions_{50};
  pg::Lease lease_;
  cache::ChangeFeed feed_;
  edge::CachedAnswers cached_;
  std::shared_ptr<Wire> wire_;
  std::vector<std::shared_ptr<Wire>> wires_;
  Time asked_at_{};
  bool asking_ = false;
  bool subscribing_ = false;
  Time held_up_until_{};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace portal::simulation
