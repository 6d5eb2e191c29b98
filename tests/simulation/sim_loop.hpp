// The loop of the simulation: virtual time, descriptors that are entries of a table, readiness in any order.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "io/loop.hpp"
#include "io/offload.hpp"
#include "world.hpp"

namespace portal::simulation {

class SimLoop final : public io::Loop {
 public:
  explicit SimLoop(World& world) : world_(world) {}
  ~SimLoop() override;

  std::unique_ptr<io::Watch> watch(int descriptor, io::Callback on_ready) override;
  std::unique_ptr<io::Timer> timer(io::Callback on_expiry, io::TimerKind kind) override;
  std::unique_ptr<io::Wake> wake(io::Callback on_wake) override;
  io::MonotonicTime now() const override { return now_; }

  // What happens outside of the worker: networks, servers, clients.
  void after(Microseconds delay, std::function<void()> action);

  // Descriptors. The lowest free number is given, as by the kernel, so that a stale registration meets a stranger.
  int open_descriptor();
  void close_descriptor(int descriptor);
  void set_ready(int descriptor, bool readable, bool writable);
  bool is_watched(int descriptor) const;

  // One turn; the clock moves only when nothing is left to do. False: nothing will ever happen.
  bool turn();

  std::size_t watches() const { return watches_; }
  std::size_t timers() const { return timer_objects_; }
  std::size_t wakes() const { return wake_objects_; }
  std::size_t descriptors() const { return descriptors_open_; }

 private:
  class SimWatch;
  class SimTimer;
  class SimWake;
  struct Descriptor {
    bool open = false;
    bool readable = false;
    bool writable = false;
    SimWatch* watch = nullptr;
  };

  bool run_wakes();
  bool run_ready();
  bool run_timers();
  bool run_events();

  World& world_;
  io::MonotonicTime now_{std::chrono::hours(1)};
  std::vector<Descriptor> descriptors_;
  std::multimap<io::MonotonicTime, SimTimer*> running_;
  std::deque<SimWake*> posted_;
  std::multimap<io::MonotonicTime, std::function<void()>> events_;
  std::size_t watches_ = 0, timer_objects_ = 0, wake_objects_ = 0, descriptors_open_ = 0;
  std::uint64_t turns_in_place_ = 0;
  std::uint64_t watch_numbers_ = 0;
};

// The pool of threads: work that takes a while and then is done.
class SimOffload final : public io::Offload {
 public:
  SimOffload(World& world, SimLoop& loop) : world_(world), loop_(loop) {}
  bool try_submit(std::unique_ptr<io::OffloadJob>& job) override;
  std::size_t outstanding() const override { return outstanding_; }

 private:
  static constexpr std::size_t kLimit = 8;
  World& world_;
  SimLoop& loop_;
  std::size_t outstanding_ = 0;
};

}  // namespace portal::simulation
