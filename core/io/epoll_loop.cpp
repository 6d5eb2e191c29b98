#include "io/epoll_loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace portal::io {
namespace {

constexpr std::uint64_t kInterruptNumber = 0;

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::system_category(), what);
  return result;
}

}  // namespace

class EpollLoop::EpollWatch final : public Watch {
 public:
  EpollWatch(EpollLoop& loop, int descriptor, Callback callback)
      : loop_(loop), descriptor_(descriptor), callback_(callback), number_(loop.next_number_++) {
    epoll_event event{};
    event.data.u64 = number_;
    checked(epoll_ctl(loop_.epoll_, EPOLL_CTL_ADD, descriptor_, &event), "epoll_ctl add");
    loop_.watch_by_number_.emplace(number_, this);
    ++loop_.watches_;
  }
  ~EpollWatch() override {
    epoll_ctl(loop_.epoll_, EPOLL_CTL_DEL, descriptor_, nullptr);
    loop_.watch_by_number_.erase(number_);
    --loop_.watches_;
  }
  EpollWatch(const EpollWatch&) = delete;
  EpollWatch& operator=(const EpollWatch&) = delete;

  void set(Interest interest) override {
    epoll_event event{};
    event.data.u64 = number_;
    const auto bits = static_cast<unsigned>(interest);
    if (bits & static_cast<unsigned>(Interest::kRead)) event.events |= EPOLLIN;
    if (bits & static_cast<unsigned>(Interest::kWrite)) event.events |= EPOLLOUT;
    checked(epoll_ctl(loop_.epoll_, EPOLL_CTL_MOD, descriptor_, &event), "epoll_ctl mod");
  }
  void ready() const noexcept { callback_(); }

 private:
  EpollLoop& loop_;
  int descriptor_;
  Callback callback_;
  std::uint64_t number_;
};

class EpollLoop::EpollTimer final : public Timer {
 public:
  EpollTimer(EpollLoop& loop, Callback callback) : loop_(loop), callback_(callback), place_(loop.timers_.end()) {
    // Its place is made now, so that start() needs no memory, as in nginx.
    Timers making;
    making.emplace(MonotonicTime(), this);
    node_ = making.extract(making.begin());
  }
  ~EpollTimer() override { EpollTimer::stop(); }
  EpollTimer(const EpollTimer&) = delete;
  EpollTimer& operator=(const EpollTimer&) = delete;

  void start(Duration after) override {
    stop();
    node_.key() = loop_.now() + after;
    place_ = loop_.timers_.insert(std::move(node_));
  }
  void stop() noexcept override {
    if (place_ == loop_.timers_.end()) return;
    node_ = loop_.timers_.extract(place_);
    place_ = loop_.timers_.end();
  }
  void expire() noexcept {
    stop();
    const Callback callback = callback_;  // the callback may destroy this timer
    callback();
  }

 private:
  EpollLoop& loop_;
  Callback callback_;
  Timers::iterator place_;
  Timers::node_type node_;  // while it does not run
};

class EpollLoop::EpollWake final : public Wake {
 public:
  EpollWake(EpollLoop& loop, Callback callback)
      : loop_(loop), callback_(callback), place_(spare_.insert(spare_.end(), this)) {}
  ~EpollWake() override {
    if (posted_) take_back();
  }
  EpollWake(const EpollWake&) = delete;
  EpollWake& operator=(const EpollWake&) = delete;

  void post() noexcept override {
    if (posted_) return;
    posted_ = true;
    loop_.posted_.splice(loop_.posted_.end(), spare_, place_);
  }
  void run() noexcept {
    take_back();
    const Callback callback = callback_;
    callback();
  }

 private:
  void take_back() noexcept {
    posted_ = false;
    spare_.splice(spare_.end(), loop_.posted_, place_);
  }

  EpollLoop& loop_;
  Callback callback_;
  std::list<EpollWake*> spare_;  // its place while it is not posted: post() needs no memory
  std::list<EpollWake*>::iterator place_;
  bool posted_ = false;
};

EpollLoop::EpollLoop()
    : epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      interrupt_(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kInterruptNumber;
  checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, interrupt_, &event), "epoll_ctl add");
}

EpollLoop::~EpollLoop() {
  close(interrupt_);
  close(epoll_);
}

std::unique_ptr<Watch> EpollLoop::watch(int descriptor, Callback on_ready) {
  return std::make_unique<EpollWatch>(*this, descriptor, on_ready);
}

std::unique_ptr<Timer> EpollLoop::timer(Callback on_expiry, TimerKind /*kind: this loop ends when its owner says so*/) {
  return std::make_unique<EpollTimer>(*this, on_expiry);
}

std::unique_ptr<Wake> EpollLoop::wake(Callback on_wake) { return std::make_unique<EpollWake>(*this, on_wake); }

MonotonicTime EpollLoop::now() const { return std::chrono::steady_clock::now(); }

void EpollLoop::interrupt() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(interrupt_, &one, sizeof one);
}

void EpollLoop::turn(Duration longest) {
  // Only what is posted now: wakes that are posted by wakes wait for the next turn, so that descriptors are not
  // starved.
  for (std::size_t left = posted_.size(); left > 0 && !posted_.empty(); --left) {
    posted_.front()->run();
  }

  auto wait = posted_.empty() ? longest : Duration(0);
  if (!timers_.empty()) {
    wait = std::clamp(std::chrono::ceil<Duration>(timers_.begin()->first - now()), Duration(0), wait);
  }
  std::array<epoll_event, 64> events;
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(wait.count()));
  for (int index = 0; index < count; ++index) {
    const std::uint64_t number = events[static_cast<std::size_t>(index)].data.u64;
    if (number == kInterruptNumber) {
      std::uint64_t ignored = 0;
      [[maybe_unused]] const ssize_t got = read(interrupt_, &ignored, sizeof ignored);
    } else if (const auto found = watch_by_number_.find(number); found != watch_by_number_.end()) {
      found->second->ready();
    }
  }
  const MonotonicTime time = now();
  while (!timers_.empty() && timers_.begin()->first <= time) timers_.begin()->second->expire();
}

ThreadOffload::ThreadOffload(EpollLoop& loop, int threads, std::size_t limit)
    : loop_(loop), limit_(limit), descriptor_(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  // Handing a job back must not need memory.
  done_.reserve(limit_);
  delivering_.reserve(limit_);
  watch_ = loop_.watch(descriptor_, Callback::to<&ThreadOffload::deliver>(this));
  watch_->set(Interest::kRead);
  for (int index = 0; index < threads; ++index) threads_.emplace_back(&ThreadOffload::work, this);
}

ThreadOffload::~ThreadOffload() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  deliver();
  watch_.reset();
  close(descriptor_);
}

bool ThreadOffload::try_submit(std::unique_ptr<OffloadJob>& job) {
  if (outstanding_ >= limit_) return false;
  {
    const std::scoped_lock lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  ++outstanding_;
  ready_.notify_one();
  return true;
}

void ThreadOffload::work() noexcept {
  std::unique_lock lock(mutex_);
  for (;;) {
    ready_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    std::unique_ptr<OffloadJob> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job->run();
    lock.lock();
    done_.push_back(std::move(job));
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(descriptor_, &one, sizeof one);
  }
}

void ThreadOffload::deliver() noexcept {
  std::uint64_t ignored = 0;
  [[maybe_unused]] const ssize_t got = read(descriptor_, &ignored, sizeof ignored);
  {
    const std::scoped_lock lock(mutex_);
    delivering_.swap(done_);
  }
  outstanding_ -= delivering_.size();
  for (const std::unique_ptr<OffloadJob>& job : delivering_) job->finished();
  delivering_.clear();
}

}  // namespace portal::io
