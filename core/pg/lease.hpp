// For how long it is certain that every notice has arrived which was sent a second ago or earlier: since the last
// question that the listener's connection has answered was asked. Notices and answers come on one connection in the
// order in which the server has sent them.
#pragma once

#include <cstdint>

#include "io/loop.hpp"

namespace portal::pg {

class Lease {
 public:
  static constexpr io::Duration kLength{1000};

  // A connection listens from now on: another epoch. What was notified before it is lost.
  void begin(io::MonotonicTime asked_at) noexcept {
    ++epoch_;
    listening_ = true;
    from_ = asked_at;
  }
  // A question that was asked then was answered.
  void renew(io::MonotonicTime asked_at) noexcept { from_ = asked_at; }
  // The connection is lost.
  void end() noexcept { listening_ = false; }

  bool valid(io::MonotonicTime now) const noexcept { return listening_ && now - from_ < kLength; }
  std::uint64_t epoch() const noexcept { return epoch_; }

 private:
  io::MonotonicTime from_{};
  std::uint64_t epoch_ = 0;
  bool listening_ = false;
};

}  // namespace portal::pg
