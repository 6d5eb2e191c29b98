// The loop for programs that are not nginx: portalctl, unit tests, simulations of load. One thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "io/loop.hpp"
#include "io/offload.hpp"

namespace portal::io {

class EpollLoop final : public Loop {
 public:
  EpollLoop();
  ~EpollLoop() override;
  EpollLoop(const EpollLoop&) = delete;
  EpollLoop& operator=(const EpollLoop&) = delete;

  std::unique_ptr<Watch> watch(int descriptor, Callback on_ready) override;
  std::unique_ptr<Timer> timer(Callback on_expiry, TimerKind kind) override;
  std::unique_ptr<Wake> wake(Callback on_wake) override;
  MonotonicTime now() const override;

  // One turn: posted wakes, then descriptors and timers, waiting at most `longest`.
  void turn(Duration longest);
  // Turns until `done()` or until the time is over; answers whether it is done.
  template <class Done>
  bool run_until(Done done, Duration longest) {
    const MonotonicTime end = now() + longest;
    while (!done()) {
      if (now() >= end) return false;
      turn(Duration(10));
    }
    return true;
  }
  // From any thread: ends the wait of the current turn.
  void interrupt() noexcept;

  // How many watches, running timers and pending wakes exist: 0 when nothing was leaked.
  std::size_t alive() const { return watches_ + timers_.size() + posted_.size(); }

 private:
  class EpollWatch;
  class EpollTimer;
  class EpollWake;
  using Timers = std::multimap<MonotonicTime, EpollTimer*>;

  int epoll_;
  int interrupt_;
  std::size_t watches_ = 0;
  Timers timers_;
  std::list<EpollWake*> posted_;
  // Watches by number, so that one that another callback destroyed in the same turn is not called.
  std::map<std::uint64_t, EpollWatch*> watch_by_number_;
  std::uint64_t next_number_ = 1;
};

// A pool of threads for EpollLoop.
class ThreadOffload final : public Offload {
 public:
  ThreadOffload(EpollLoop& loop, int threads, std::size_t limit);
  ~ThreadOffload() override;  // finishes what was submitted

  bool try_submit(std::unique_ptr<OffloadJob>& job) override;
  std::size_t outstanding() const override { return outstanding_; }

 private:
  void work() noexcept;
  void deliver() noexcept;

  EpollLoop& loop_;
  std::size_t limit_;
  std::size_t outstanding_ = 0;  // loop thread only
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::unique_ptr<OffloadJob>> jobs_;
  std::vector<std::unique_ptr<OffloadJob>> done_;
  std::vector<std::unique_ptr<OffloadJob>> delivering_;  // loop thread only
  int descriptor_;
  std::unique_ptr<Watch> watch_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace portal::io
