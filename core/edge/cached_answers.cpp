#include "edge/cached_answers.hpp"

#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "cache/canonical_query.hpp"
#include "cache/planted.hpp"

namespace portal::edge {
namespace {

cache::Owner owner_of(const access::Member& member) {
  return {.account_id = member.account_id, .client_id = member.client_id, .membership_id = member.membership_id};
}

// What was allowed is by how much the worker grows: besides the entries that are the counters, and what the allocator
// loses in holes between answers of all sizes (3 %, measured with 64 MB that were full). Of very little, half is left.
std::size_t bytes_of_entries(std::size_t maximum_bytes, const cache::Generations& generations) {
  constexpr std::size_t kHoles = 32;
  return maximum_bytes - std::min(maximum_bytes / 2, maximum_bytes / kHoles + generations.bytes());
}

}  // namespace

CachedAnswers::CachedAnswers(auth::SessionMemory& sessions, const pg::Lease& lease, std::size_t maximum_bytes,
                             std::size_t counters)
    : sessions_(sessions),
      lease_(lease),
      generations_(counters),
      entries_(generations_, bytes_of_entries(maximum_bytes, generations_)) {}

CachedAnswers::Found CachedAnswers::find(const Wanted& wanted, io::MonotonicTime now) {
  if (!lease_.valid(now) && !cache::planted(cache::Bug::kIgnoredLease)) return {CacheOutcome::kExpiredLease, {}};
  const auth::SessionMemory::Confirmed* session = sessions_.find_confirmed(wanted.account_id, wanted.session);
  if (!session || session->until <= now) return {CacheOutcome::kMiss, {}};
  const access::Member& member = session->member;
  const std::uint64_t of_membership = generations_.of_membership(owner_of(member));
  if (session->generation != of_membership && !cache::planted(cache::Bug::kKeptSession))
    return {CacheOutcome::kMiss, {}};
  // The refusal is not for here.
  if (!wanted.membership.empty() && parse_id(wanted.membership) != member.membership_id)
    return {CacheOutcome::kMiss, {}};
  const std::optional<std::string_view> query = cache::canonical_query(wanted.query, room_);
  if (!query) return {CacheOutcome::kMiss, {}};
  cache::EntryPointer entry =
      entries_.find(cache::principal_of(member), {.path = wanted.path, .query = *query}, of_membership, now);
  const CacheOutcome outcome = entry ? CacheOutcome::kHit : CacheOutcome::kMiss;
  return {outcome, std::move(entry)};
}

CachedAnswers::Pending CachedAnswers::ask(const access::Member& member, cache::Depends on,
                                          io::MonotonicTime now) const noexcept {
  const cache::Owner owner = owner_of(member);
  return {.asked = entries_.ask(owner, on, now), .membership = generations_.of_membership(owner)};
}

void CachedAnswers::confirm(const access::Member& member, const Pending& pending,
                            std::chrono::milliseconds session_left) {
  const io::Duration longest = kConfirmedFor;
  sessions_.confirm(member, pending.membership, pending.asked.at + std::min<io::Duration>(session_left, longest));
}

bool CachedAnswers::keep(const cache::EntryPointer& entry, const Pending& pending,
                         std::optional<std::chrono::milliseconds> valid_for, io::MonotonicTime now) {
  cache::Asked asked = pending.asked;
  if (cache::planted(cache::Bug::kLateGeneration)) asked.generation = generations_.of(asked.owner, asked.on);
  return entries_.store(entry, asked, valid_for, now);
}

cache::Body CachedAnswers::body(cache::Entry& entry, cache::Coding accepted) {
  const std::size_t before = entry.bytes();
  const cache::Body body = entry.body(accepted, gzip_);
  if (entry.bytes() != before) entries_.grown(entry, before);
  return body;
}

}  // namespace portal::edge
