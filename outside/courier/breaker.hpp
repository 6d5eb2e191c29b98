// A server that did not answer several times is left alone for a while, then asked once (SECURITY R64).
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace portal::outside {

class Breaker {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr int kFailures = 5;
  static constexpr std::chrono::seconds kPause{60};

  // Zero: go on. Else how long to wait. After a pause one may go on, the others wait for what becomes of it.
  std::chrono::seconds wait_for(const std::string& server, Clock::time_point now);
  void note(const std::string& server, bool is_away, Clock::time_point now);

 private:
  struct State {
    int failures = 0;
    Clock::time_point closed_until;
  };
  std::map<std::string, State> servers_;  // of those that fail
};

}  // namespace portal::outside
