// A whole portal in one thread without a kernel: the core's own objects run on a loop whose time is a number, against a
// server that is a model. One seed decides everything, so one seed replays everything.
//
// This header: what all parts share, namely chance, the trace, what is found wrong, and how often things fail.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace portal::simulation {

using Time = std::chrono::steady_clock::time_point;
using Microseconds = std::chrono::microseconds;

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {  // splitmix64
    std::uint64_t value = (state_ += 0x9E3779B97F4A7C15U);
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31U);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  // Both ends included.
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least + 1)));
  }
  bool chance(double probability) {
    return probability > 0 && static_cast<double>(next() >> 11U) * 0x1.0p-53 < probability;
  }
  Microseconds delay(std::int64_t least, std::int64_t most) { return Microseconds(between(least, most)); }

 private:
  std::uint64_t state_;
};

// Everything that happens, as a number that two runs of one seed must share, and as lines for people.
class Trace {
 public:
  explicit Trace(bool print) : print_(print) {}
  void note(Time now, std::string_view what, std::uint64_t first = 0, std::uint64_t second = 0);
  std::uint64_t hash() const { return hash_; }

 private:
  bool print_;
  std::uint64_t hash_ = 14695981039346656037U;
};

// Probabilities of each fault, per occasion. First those of Redis.
struct RedisFaults {
  double refused = 0, never = 0, cut = 0, silent = 0, slow = 0;
  double garbage = 0, shifted = 0, error = 0;
  double spoiled = 0;  // a value that is not what was stored
  double evicted = 0;
  double slices = 0, partial_write = 0;
};

struct Faults {
  double connect_refused = 0, connect_never = 0, connect_slow = 0, out_of_slots = 0;
  double cut = 0;  // before or after a statement, before or after a commit
  double error = 0, forgotten = 0, stale_plan = 0, deferred_error = 0;
  double slow = 0;
  double slices = 0, partial_write = 0;
  double no_memory = 0;
  double refused_work = 0;  // by the pool of threads
  RedisFaults redis{};
};

// Bugs that are planted to see that the checks find them.
enum class Plant : std::uint8_t {
  kNone,
  kUncheckedSession,  // `enter` lets an ended session through
  kSwappedReplies,    // a connection answers two segments in the wrong order
  kForgottenCommit,   // a commit is acknowledged and not made
  kTwiceDone,         // a commit is refused and made
  kLostWake,          // a wake is posted and never comes
  kDeafListener,      // notices are swallowed
  kTrustedRedis,      // `enter` lets an ended session through that Redis still, or again, holds
  kNeededRedis,       // sessions are not found while Redis is away
  kPatientRedis,      // short timers take ten times as long
  kHastyPings,        // what a frozen server is asked on the listener's connection, somebody in between answers
  kHiddenReconnect,   // and when the server restarts, the listener's connection gets another session, unasked
};

struct World {
  World(std::uint64_t seed, Plant planted, bool print)
      : random(seed), core_random(seed ^ 0xA5A5A5A5A5A5A5A5U), plant(planted), trace(print) {}

  Random random;
  Random core_random;  // what the core draws: tokens, jitter
  Plant plant;
  Trace trace;
  Faults faults;
  std::string violation;  // the first; empty: none
  std::int64_t results_alive = 0;
  std::int64_t connections_alive = 0;

  void violate(std::string what) {
    if (violation.empty()) violation = std::move(what);
  }
};

// The one that runs. libpq's functions have no other way to find it.
extern World* the_world;

}  // namespace portal::simulation
