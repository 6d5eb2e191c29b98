#include "pg/pulse.hpp"

#include <chrono>

namespace portal::pg {
namespace {

constexpr io::Duration kHeldUp{150};
constexpr io::Duration kSecondLook{50};

}  // namespace

Pulse::Pulse(io::Loop& loop)
    : loop_(loop), timer_(loop.timer(io::Callback::to<&Pulse::on_timer>(this))), heard_at_(loop.now()) {}

void Pulse::asked() {
  if (!silent_) look_again_in(kAnswerWithin);
}

void Pulse::settled() noexcept {
  heard();
  timer_->stop();
  if (!silent_) return;
  silent_ = false;
  for (PulseListener* listener : listeners_) listener->on_heard_again();
}

void Pulse::look_again_in(io::Duration time) {
  look_at_ = loop_.now() + time;
  timer_->start(time);
}

void Pulse::on_timer() noexcept {
  const io::MonotonicTime now = loop_.now();
  // When the loop itself was held up, what the server has said meanwhile may not have been read yet.
  if (now - look_at_ > kHeldUp) {
    look_again_in(kSecondLook);
  } else if (now - heard_at_ < kHeardWithin) {
    look_again_in(std::chrono::ceil<io::Duration>(kHeardWithin - (now - heard_at_)));
  } else {
    silent_ = true;
    no_answer_at(first_host_);
    for (PulseListener* listener : listeners_) listener->on_silence();
  }
}

}  // namespace portal::pg
