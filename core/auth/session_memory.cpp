#include "auth/session_memory.hpp"

#include <utility>

namespace portal::auth {

std::optional<access::Member> SessionMemory::find(std::int64_t account_id, const access::SessionHash& hash) {
  const Entry* entry = entries_.find(account_id, hash);
  return entry ? std::optional(entry->member) : std::nullopt;
}

void SessionMemory::remember(const access::Member& member) {
  entries_.put(member.account_id, member.session_hash, {.member = member});
}

void SessionMemory::forget(const access::SessionHash& hash) noexcept { entries_.forget(hash); }

void SessionMemory::confirm(std::shared_ptr<const Identity> identity, io::MonotonicTime asked_at, std::uint64_t epoch) {
  // Only what is still remembered: whatever made it forgotten meanwhile is newer than the question.
  Entry* entry = entries_.find(identity->member.account_id, identity->member.session_hash);
  if (!entry) return;
  entry->member = identity->member;
  entry->confirmation = Confirmation{std::move(identity), asked_at, epoch};
}

std::shared_ptr<const Identity> SessionMemory::find_confirmed(std::int64_t account_id, const access::SessionHash& hash,
                                                              io::MonotonicTime now, std::uint64_t epoch) {
  Entry* entry = entries_.find(account_id, hash);
  if (!entry || !entry->confirmation) return nullptr;
  Confirmation& confirmation = *entry->confirmation;
  const auto age = now - confirmation.asked_at;
  if (confirmation.epoch != epoch || age >= kBelievedFor) return nullptr;
  if (age >= kRenewedAfter && !std::exchange(confirmation.renewing, true)) return nullptr;
  return confirmation.identity;
}

}  // namespace portal::auth
