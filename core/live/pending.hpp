// What one stream is still to be told. However much changes while a client does not read, it stays this small.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/limits.hpp"

namespace portal::live {

enum class Event : std::uint8_t {
  kJobs,
  kDocuments,
  kSites,
  kInvoices,
  kWorkRequests,
  kQuotes,
  kSettings,
  kResync,
  kEnded
};
inline constexpr std::array<std::string_view, 9> kEventNames = {
    "jobs", "documents", "sites", "invoices", "work_requests", "quotes", "settings", "resync", "ended"};

class Pending {
 public:
  void add(Event event) noexcept { bits_ |= bit(event); }
  // 0: no particular one.
  void add_job(std::int64_t job_id) noexcept;
  void add_heartbeat() noexcept { heartbeat_ = true; }
  // How long a browser's own EventSource waits before it comes back.
  void add_retry() noexcept { retry_ = true; }
  bool has(Event event) const noexcept { return (bits_ & bit(event)) != 0; }
  bool empty() const noexcept { return bits_ == 0 && !heartbeat_ && !retry_; }

  // Whole events into the room, as many as fit, and forgets them; `tell` is called for each. Answers the bytes.
  template <class Tell>
  std::size_t write(std::span<char> room, Tell tell) noexcept;
  // The same of the heartbeat alone: everything else waits.
  std::size_t write_heartbeat(std::span<char> room) noexcept;

 private:
  static constexpr std::uint16_t bit(Event event) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(event));
  }
  // False: there is no room.
  static bool append(std::span<char>& room, std::string_view text) noexcept;
  static bool append_event(std::span<char>& room, Event event, std::int64_t job_id) noexcept;
  void drop(Event event) noexcept { bits_ &= static_cast<std::uint16_t>(~bit(event)); }
  void simplify() noexcept;

  std::array<std::int64_t, limits::kStreamJobs> jobs_{};
  std::uint8_t job_count_ = 0;  // 0 while kJobs is set: all of them
  std::uint16_t bits_ = 0;
  bool heartbeat_ = false;
  bool retry_ = false;
};

template <class Tell>
std::size_t Pending::write(std::span<char> room, Tell tell) noexcept {
  const std::size_t size = room.size();
  simplify();
  if (retry_ && append(room, "retry: 2000\n\n")) retry_ = false;
  while (job_count_ > 0 && append_event(room, Event::kJobs, jobs_[job_count_ - 1U])) {
    tell(Event::kJobs);
    if (--job_count_ == 0) drop(Event::kJobs);
  }
  for (std::size_t index = 0; index < kEventNames.size(); ++index) {
    const auto event = static_cast<Event>(index);
    if (!has(event) || (event == Event::kJobs && job_count_ > 0) || !append_event(room, event, 0)) continue;
    tell(event);
    drop(event);
  }
  if (room.size() == size && heartbeat_) append(room, ":\n\n");
  heartbeat_ = false;  // whatever was written shows as well that somebody is there
  return size - room.size();
}

}  // namespace portal::live
