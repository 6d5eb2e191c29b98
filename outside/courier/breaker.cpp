#include "courier/breaker.hpp"

namespace portal::outside {

std::chrono::seconds Breaker::wait_for(const std::string& server, Clock::time_point now) {
  const auto found = servers_.find(server);
  if (found == servers_.end() || found->second.failures < kFailures) return std::chrono::seconds(0);
  State& state = found->second;
  if (now < state.closed_until)
    return std::chrono::ceil<std::chrono::seconds>(state.closed_until - now) + std::chrono::seconds(1);
  state.closed_until = now + kPause;
  return std::chrono::seconds(0);
}

void Breaker::note(const std::string& server, bool is_away, Clock::time_point now) {
  if (!is_away) {
    servers_.erase(server);
    return;
  }
  State& state = servers_[server];
  if (++state.failures >= kFailures) state.closed_until = now + kPause;
}

}  // namespace portal::outside
