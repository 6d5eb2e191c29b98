#include "auth/session_memory.hpp"

namespace portal::auth {

std::optional<access::Member> SessionMemory::find(std::int64_t account_id, const access::SessionHash& hash) {
  const auto found = index_.find(hash);
  if (found == index_.end() || found->second->account_id != account_id) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, found->second);
  return *found->second;
}

void SessionMemory::remember(const access::Member& member) {
  if (capacity_ == 0) return;
  if (const auto found = index_.find(member.session_hash); found != index_.end()) {
    *found->second = member;
    entries_.splice(entries_.begin(), entries_, found->second);
    return;
  }
  entries_.push_front(member);
  index_.emplace(member.session_hash, entries_.begin());
  if (entries_.size() > capacity_) {
    index_.erase(entries_.back().session_hash);
    entries_.pop_back();
  }
}

void SessionMemory::forget(const access::SessionHash& hash) noexcept {
  if (const auto found = index_.find(hash); found != index_.end()) {
    entries_.erase(found->second);
    index_.erase(found);
  }
}

}  // namespace portal::auth
