#include "auth/session_memory.hpp"

#include <utility>

namespace portal::auth {

SessionMemory::Entry* SessionMemory::touch(std::int64_t account_id, const access::SessionHash& hash) {
  const auto found = index_.find(hash);
  if (found == index_.end() || found->second->member.account_id != account_id) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return &*found->second;
}

std::optional<access::Member> SessionMemory::find(std::int64_t account_id, const access::SessionHash& hash) {
  const Entry* entry = touch(account_id, hash);
  return entry ? std::optional(entry->member) : std::nullopt;
}

void SessionMemory::remember(const access::Member& member) {
  if (capacity_ == 0) return;
  if (const auto found = index_.find(member.session_hash); found != index_.end()) {
    *found->second = Entry{.member = member};
    entries_.splice(entries_.begin(), entries_, found->second);
    return;
  }
  entries_.push_front({.member = member});
  index_.emplace(member.session_hash, entries_.begin());
  if (entries_.size() > capacity_) {
    index_.erase(entries_.back().member.session_hash);
    entries_.pop_back();
  }
}

void SessionMemory::forget(const access::SessionHash& hash) noexcept {
  if (const auto found = index_.find(hash); found != index_.end()) {
    entries_.erase(found->second);
    index_.erase(found);
  }
}

void SessionMemory::confirm(std::shared_ptr<const Identity> identity, io::MonotonicTime asked_at, std::uint64_t epoch) {
  // Only what is still remembered: whatever made it forgotten meanwhile is newer than the question.
  Entry* entry = touch(identity->member.account_id, identity->member.session_hash);
  if (!entry) return;
  entry->member = identity->member;
  entry->confirmation = Confirmation{std::move(identity), asked_at, epoch};
}

std::shared_ptr<const Identity> SessionMemory::find_confirmed(std::int64_t account_id, const access::SessionHash& hash,
                                                              io::MonotonicTime now, std::uint64_t epoch) {
  Entry* entry = touch(account_id, hash);
  if (!entry || !entry->confirmation) return nullptr;
  Confirmation& confirmation = *entry->confirmation;
  const auto age = now - confirmation.asked_at;
  if (confirmation.epoch != epoch || age >= kBelievedFor) return nullptr;
  if (age >= kRenewedAfter && !std::exchange(confirmation.renewing, true)) return nullptr;
  return confirmation.identity;
}

}  // namespace portal::auth
