#include "auth/session_memory.hpp"

#include <utility>

namespace portal::auth {
namespace {

bool same_principal(const access::Member& left, const access::Member& right) {
  return left.member_id == right.member_id && left.membership_id == right.membership_id &&
         left.client_id == right.client_id && left.permissions == right.permissions;
}

}  // namespace

std::optional<access::Member> SessionMemory::find(std::int64_t account_id, const access::SessionHash& hash) {
  const Entry* entry = entries_.find(account_id, hash);
  return entry ? std::optional(entry->known.member) : std::nullopt;
}

void SessionMemory::remember(const access::Member& member) {
  entries_.put({.known = {.member = member, .generation = 0, .until = io::MonotonicTime::min()}});
}

void SessionMemory::forget(const access::SessionHash& hash) noexcept { entries_.forget(hash); }

void SessionMemory::confirm(const access::Member& member, std::uint64_t generation, io::MonotonicTime until) {
  if (Entry* entry = entries_.find(member.account_id, member.session_hash))
    entry->known = {.member = member, .generation = generation, .until = until};
}

const SessionMemory::Confirmed* SessionMemory::find_confirmed(std::int64_t account_id,
                                                              const access::SessionHash& hash) {
  const Entry* entry = entries_.find(account_id, hash);
  return entry && entry->known.until != io::MonotonicTime::min() ? &entry->known : nullptr;
}

void SessionMemory::confirm(std::shared_ptr<const Identity> identity, io::MonotonicTime asked_at, std::uint64_t epoch) {
  // Only what is still remembered: whatever made it forgotten meanwhile is newer than the question.
  Entry* entry = entries_.find(identity->member.account_id, identity->member.session_hash);
  if (!entry) return;
  if (!same_principal(entry->known.member, identity->member))
    entry->known = {.member = identity->member, .generation = 0, .until = io::MonotonicTime::min()};
  entry->confirmation = std::make_unique<Confirmation>(std::move(identity), asked_at, epoch);
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
