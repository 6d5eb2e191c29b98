#include "worker.hpp"

#include <algorithm>
#include <utility>

namespace portal::simulation {

bool Clock::step(Time end) {
  if (events_.empty() || events_.begin()->first > end) return false;
  const auto first = events_.begin();
  now_ = std::max(now_, first->first);
  const std::function<void()> action = std::move(first->second);
  events_.erase(first);
  action();
  return true;
}

Time Wire::in_order(Time& last) {
  Microseconds delay = shared_.random.delay(20, shared_.faults.usual_delay);
  if (shared_.random.chance(shared_.faults.slow)) delay += shared_.random.delay(0, shared_.faults.slow_delay);
  last = std::max(last, shared_.clock.now() + delay);
  return last;
}

void Wire::ask(const std::shared_ptr<Wire>& self, bool listen) {
  const Time at = in_order(last_up_);
  shared_.clock.after(std::chrono::duration_cast<Microseconds>(at - shared_.clock.now()), [self, listen] {
    if (self->cut_) return;
    if (self->frozen_)
      self->waiting_.emplace_back([self, listen] { self->serve(self, listen); });
    else
      self->serve(self, listen);
  });
}

void Wire::serve(const std::shared_ptr<Wire>& self, bool listen) {
  listens_ = listens_ || listen;
  send(self, std::monostate());
}

void Wire::notify(const std::shared_ptr<Wire>& self, const std::string& payload) {
  if (!listens_ || cut_) return;
  if (frozen_)
    waiting_.emplace_back([self, payload] { self->send(self, payload); });
  else
    send(self, payload);
}

void Wire::freeze(const std::shared_ptr<Wire>& self, Microseconds time) {
  if (frozen_) return;
  frozen_ = true;
  shared_.clock.after(time, [self] {
    self->frozen_ = false;
    // Whatever came meanwhile is looked at in its order.
    std::deque<std::function<void()>> waiting;
    waiting.swap(self->waiting_);
    for (const std::function<void()>& each : waiting) each();
  });
}

void Wire::send(const std::shared_ptr<Wire>& self, Message message) {
  const Time at = in_order(last_down_);
  shared_.clock.after(std::chrono::duration_cast<Microseconds>(at - shared_.clock.now()),
                      [self, message = std::move(message)] {
                        if (!self->cut_) self->deliver_(self->number_, message);
                      });
}

CacheWorker::CacheWorker(Shared& shared, std::size_t cache_bytes, std::size_t counters)
    : shared_(shared), cached_(sessions_, lease_, cache_bytes, counters) {
  feed_.add(cached_.generations());
  connect();
}

CacheWorker::~CacheWorker() {
  for (const std::shared_ptr<Wire>& wire : wires_) wire->cut();
}

void CacheWorker::run(std::function<void()> action) {
  const Time now = shared_.clock.now();
  if (now >= held_up_until_) {
    action();
    return;
  }
  shared_.clock.after(std::chrono::duration_cast<Microseconds>(held_up_until_ - now),
                      [this, alive = alive(), action = std::move(action)]() mutable {
                        if (alive.lock()) run(std::move(action));
                      });
}

void CacheWorker::connect() {
  std::erase_if(wires_, [](const std::shared_ptr<Wire>& wire) { return wire->is_cut(); });
  // What arrives while the worker is held up waits in the socket, in its order.
  wire_ = std::make_shared<Wire>(shared_, [this, alive = alive()](std::uint64_t from, Wire::Message message) {
    if (!alive.lock()) return;
    run([this, from, message = std::move(message)] { take(from, message); });
  });
  wires_.push_back(wire_);
  subscribing_ = true;
  asking_ = true;
  asked_at_ = shared_.clock.now();
  wire_->ask(wire_, true);
  ask_later();
}

void CacheWorker::ask_later() {
  shared_.clock.after(kAskEvery, [this, alive = alive(), wire = wire_->number()] {
    if (!alive.lock()) return;
    run([this, wire] {
      if (is_current(wire)) ask();
    });
  });
}

// Every so often, as the listener does.
void CacheWorker::ask() {
  Random& random = shared_.random;
  const CacheFaults& faults = shared_.faults;
  if (random.chance(faults.stall)) held_up_until_ = shared_.clock.now() + random.delay(1'000, 1'800'000);
  if (random.chance(faults.freeze)) wire_->freeze(wire_, random.delay(10'000, 3'500'000));
  if (random.chance(faults.cut)) {
    wire_->cut();
    // The end of a connection is a message, too.
    const Microseconds delay = random.delay(50, 400'000);
    shared_.clock.after(delay, [this, alive = alive(), wire = wire_->number()] {
      if (!alive.lock()) return;
      run([this, wire] {
        if (is_current(wire)) lose();
      });
    });
  } else if (random.chance(faults.silent_cut)) {
    wire_->cut();
  }
  if (asking_ && shared_.clock.now() - asked_at_ > kGiveUpAfter) {
    lose();
    return;
  }
  if (!asking_) {
    asking_ = true;
    asked_at_ = shared_.clock.now();
    wire_->ask(wire_, false);
  }
  ask_later();
}

void CacheWorker::take(std::uint64_t from, const Wire::Message& message) {
  if (!is_current(from)) return;
  if (const auto* payload = std::get_if<std::string>(&message)) {
    feed_.tell(*payload);
    return;
  }
  asking_ = false;
  if (subscribing_) {
    subscribing_ = false;
    lease_.begin(asked_at_);
    feed_.tell_gap();
  } else {
    lease_.renew(asked_at_);
  }
}

void CacheWorker::lose() {
  if (!wire_) return;
  wire_->cut();
  wire_.reset();
  lease_.end();
  // Not told of the gap here: that the next epoch begins has to suffice.
  shared_.clock.after(shared_.random.delay(100, 900'000), [this, alive = alive()] {
    if (alive.lock()) run([this] { connect(); });
  });
}

}  // namespace portal::simulation
