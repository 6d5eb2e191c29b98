#include "live/pending.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace portal::live {

void Pending::add_job(std::int64_t job_id) noexcept {
  const bool all = has(Event::kJobs) && job_count_ == 0;
  add(Event::kJobs);
  if (all) return;
  const auto known = std::span(jobs_).first(job_count_);
  if (std::ranges::find(known, job_id) != known.end()) return;
  if (job_id == 0 || job_count_ == jobs_.size())
    job_count_ = 0;
  else
    jobs_[job_count_++] = job_id;
}

// Whoever is to ask for everything need not be told what, and whoever has gone need not ask at all.
void Pending::simplify() noexcept {
  for (const Event whole : {Event::kEnded, Event::kResync}) {
    if (!has(whole)) continue;
    bits_ = bit(whole);
    job_count_ = 0;
    return;
  }
}

std::size_t Pending::write_heartbeat(std::span<char> room) noexcept {
  const std::size_t size = room.size();
  if (heartbeat_) append(room, ":\n\n");
  heartbeat_ = false;
  return size - room.size();
}

bool Pending::append(std::span<char>& room, std::string_view text) noexcept {
  if (text.size() > room.size()) return false;
  std::memcpy(room.data(), text.data(), text.size());
  room = room.subspan(text.size());
  return true;
}

bool Pending::append_event(std::span<char>& room, Event event, std::int64_t job_id) noexcept {
  std::array<char, 20> digits;
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), job_id).ptr;
  const std::string_view id(digits.data(), static_cast<std::size_t>(end - digits.data()));
  const std::span<char> before = room;
  const bool written = append(room, "event: ") && append(room, kEventNames[static_cast<std::size_t>(event)]) &&
                       append(room, "\ndata: {") &&
                       (job_id == 0 || (append(room, R"("job_id":")") && append(room, id) && append(room, "\""))) &&
                       append(room, "}\n\n");
  if (!written) room = before;
  return written;
}

}  // namespace portal::live
