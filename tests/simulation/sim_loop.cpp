#include "sim_loop.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace portal::simulation {
namespace {

constexpr std::uint64_t kTurnsInPlace = 20'000;

}  // namespace

World* the_world = nullptr;

class SimLoop::SimWatch final : public io::Watch {
 public:
  SimWatch(SimLoop& loop, int descriptor, io::Callback callback)
      : loop_(loop), descriptor_(descriptor), callback_(callback), number_(++loop.watch_numbers_) {
    ++loop_.watches_;
    Descriptor* entry = entry_of(loop, descriptor);
    if (!entry || !entry->open) {
      loop_.world_.violate("a descriptor is watched that is not open");
    } else if (entry->watch) {
      loop_.world_.violate("a descriptor is watched twice");
    } else {
      entry->watch = this;
    }
  }
  ~SimWatch() override {
    --loop_.watches_;
    Descriptor* entry = entry_of(loop_, descriptor_);
    if (entry && entry->watch == this) entry->watch = nullptr;
  }
  SimWatch(const SimWatch&) = delete;
  SimWatch& operator=(const SimWatch&) = delete;

  void set(io::Interest interest) override {
    const Descriptor* entry = entry_of(loop_, descriptor_);
    if (!entry || entry->watch != this) {
      if (interest != io::Interest::kNone) loop_.world_.violate("interest in a descriptor that is closed");
      return;
    }
    interest_ = interest;
  }
  bool wants(const Descriptor& entry) const {
    const auto bits = static_cast<unsigned>(interest_);
    return ((bits & 1U) != 0 && entry.readable) || ((bits & 2U) != 0 && entry.writable);
  }
  io::Callback callback() const { return callback_; }
  std::uint64_t number() const { return number_; }

 private:
  static Descriptor* entry_of(SimLoop& loop, int descriptor) {
    const auto index = static_cast<std::size_t>(descriptor);
    return descriptor >= 0 && index < loop.descriptors_.size() ? &loop.descriptors_[index] : nullptr;
  }
  SimLoop& loop_;
  int descriptor_;
  io::Callback callback_;
  std::uint64_t number_;
  io::Interest interest_ = io::Interest::kNone;
};

class SimLoop::SimTimer final : public io::Timer {
 public:
  SimTimer(SimLoop& loop, io::Callback callback) : loop_(loop), callback_(callback) { ++loop_.timer_objects_; }
  ~SimTimer() override {
    SimTimer::stop();
    --loop_.timer_objects_;
  }
  SimTimer(const SimTimer&) = delete;
  SimTimer& operator=(const SimTimer&) = delete;

  void start(io::Duration after) override {
    stop();
    if (loop_.world_.plant == Plant::kPatientRedis && after <= io::Duration(50)) after *= 10;
    place_ = loop_.running_.emplace(loop_.now_ + after, this);
    running_ = true;
  }
  void stop() noexcept override {
    if (running_) loop_.running_.erase(place_);
    running_ = false;
  }
  void expire() {
    stop();
    const io::Callback callback = callback_;
    callback();
  }

 private:
  SimLoop& loop_;
  io::Callback callback_;
  std::multimap<io::MonotonicTime, SimTimer*>::iterator place_;
  bool running_ = false;
};

class SimLoop::SimWake final : public io::Wake {
 public:
  SimWake(SimLoop& loop, io::Callback callback) : loop_(loop), callback_(callback) { ++loop_.wake_objects_; }
  ~SimWake() override {
    if (posted_) std::ranges::replace(loop_.posted_, this, static_cast<SimWake*>(nullptr));
    --loop_.wake_objects_;
  }
  SimWake(const SimWake&) = delete;
  SimWake& operator=(const SimWake&) = delete;

  void post() noexcept override {
    if (posted_) return;
    if (loop_.world_.plant == Plant::kLostWake && loop_.world_.random.chance(0.02)) return;
    posted_ = true;
    loop_.posted_.push_back(this);
  }
  void run() {
    posted_ = false;
    const io::Callback callback = callback_;
    callback();
  }

 private:
  SimLoop& loop_;
  io::Callback callback_;
  bool posted_ = false;
};

SimLoop::~SimLoop() = default;

std::unique_ptr<io::Watch> SimLoop::watch(int descriptor, io::Callback on_ready) {
  return std::make_unique<SimWatch>(*this, descriptor, on_ready);
}

std::unique_ptr<io::Timer> SimLoop::timer(io::Callback on_expiry, io::TimerKind /*kind*/) {
  return std::make_unique<SimTimer>(*this, on_expiry);
}

std::unique_ptr<io::Wake> SimLoop::wake(io::Callback on_wake) { return std::make_unique<SimWake>(*this, on_wake); }

void SimLoop::after(Microseconds delay, std::function<void()> action) {
  events_.emplace(now_ + delay, std::move(action));
}

int SimLoop::open_descriptor() {
  std::size_t index = 3;
  while (index < descriptors_.size() && descriptors_[index].open) ++index;
  if (index >= descriptors_.size()) descriptors_.resize(index + 1);
  descriptors_[index] = {.open = true};
  ++descriptors_open_;
  return static_cast<int>(index);
}

void SimLoop::close_descriptor(int descriptor) {
  Descriptor& entry = descriptors_[static_cast<std::size_t>(descriptor)];
  if (!entry.open) world_.violate("a descriptor is closed twice");
  entry = {};  // whoever watched it is forgotten, as by epoll
  --descriptors_open_;
}

void SimLoop::set_ready(int descriptor, bool readable, bool writable) {
  Descriptor& entry = descriptors_[static_cast<std::size_t>(descriptor)];
  entry.readable = readable;
  entry.writable = writable;
}

bool SimLoop::is_watched(int descriptor) const {
  return descriptors_[static_cast<std::size_t>(descriptor)].watch != nullptr;
}

bool SimLoop::run_wakes() {
  // nginx runs what was posted meanwhile in the same pass, other loops in the next one: both happen here.
  const bool also_new = world_.random.chance(0.5);
  std::size_t left = posted_.size();
  const bool any = left > 0;
  while (!posted_.empty() && (also_new || left-- > 0)) {
    SimWake* wake = posted_.front();
    posted_.pop_front();
    if (wake) wake->run();
    if (!world_.violation.empty()) break;
    if (also_new && ++turns_in_place_ > kTurnsInPlace) break;
  }
  return any;
}

bool SimLoop::run_ready() {
  struct {
    std::size_t descriptor;
    std::uint64_t watch;
  } ready[64];
  std::size_t count = 0;
  for (std::size_t index = 0; index < descriptors_.size() && count < std::size(ready); ++index) {
    const Descriptor& entry = descriptors_[index];
    if (entry.open && entry.watch && entry.watch->wants(entry)) ready[count++] = {index, entry.watch->number()};
  }
  const bool any = count > 0;
  while (count > 0) {
    const std::size_t chosen = world_.random.below(count);
    const auto [descriptor, number] = ready[chosen];
    ready[chosen] = ready[--count];
    const Descriptor& entry = descriptors_[descriptor];
    // An event that was fetched is delivered even when another callback has taken what made it ready; one whose watch
    // is gone is not.
    if (!entry.open || !entry.watch || entry.watch->number() != number) continue;
    const io::Callback callback = entry.watch->callback();
    callback();
  }
  return any;
}

bool SimLoop::run_timers() {
  bool any = false;
  while (!running_.empty() && running_.begin()->first <= now_ && world_.violation.empty()) {
    any = true;
    running_.begin()->second->expire();
    if (++turns_in_place_ > kTurnsInPlace) break;
  }
  return any;
}

bool SimLoop::run_events() {
  bool any = false;
  while (!events_.empty() && events_.begin()->first <= now_) {
    any = true;
    const std::function<void()> action = std::move(events_.begin()->second);
    events_.erase(events_.begin());
    action();
  }
  return any;
}

bool SimLoop::turn() {
  bool any = run_events();
  if (world_.random.chance(0.5)) {
    any |= run_ready();
    any |= run_timers();
  } else {
    any |= run_timers();
    any |= run_ready();
  }
  any |= run_wakes();
  if (any) {
    if (++turns_in_place_ > kTurnsInPlace) world_.violate("the loop turns without end");
    return true;
  }
  turns_in_place_ = 0;
  if (running_.empty() && events_.empty()) return false;
  io::MonotonicTime next = io::MonotonicTime::max();
  if (!running_.empty()) next = running_.begin()->first;
  if (!events_.empty()) next = std::min(next, events_.begin()->first);
  now_ = std::max(now_, next);
  return true;
}

bool SimOffload::try_submit(std::unique_ptr<io::OffloadJob>& job) {
  if (outstanding_ >= kLimit || world_.random.chance(world_.faults.refused_work)) return false;
  ++outstanding_;
  loop_.after(world_.random.delay(200, 40'000), [this, shared = std::shared_ptr<io::OffloadJob>(std::move(job))] {
    shared->run();
    --outstanding_;
    shared->finished();
  });
  return true;
}

}  // namespace portal::simulation
