#include "cache/edge_cache.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/mix.hpp"
#include "base/random.hpp"
#include "cache/planted.hpp"

namespace portal::cache {
namespace {

// Of which an entry is at least so large; a table that never grows stops nobody.
constexpr std::size_t kBytesPerBucket = 1024;
constexpr std::size_t kFewestBuckets = 64;
// A single answer does not push out most of the others.
constexpr std::size_t kLargestPart = 8;

std::uint64_t random_seed() {
  std::array<std::uint8_t, sizeof(std::uint64_t)> bytes;
  fill_random(bytes);
  return std::bit_cast<std::uint64_t>(bytes);
}

// Nobody has to be kept from guessing it, so it is the same in each run of a simulation.
io::Duration longest_age(const Owner& owner, const Key& key) noexcept {
  constexpr auto kSpread = static_cast<std::uint64_t>((EdgeCache::kLongestAge - EdgeCache::kShortestAge).count());
  const std::uint64_t mixed = mix_text(mix_text(static_cast<std::uint64_t>(owner.membership_id), key.path), key.query);
  return EdgeCache::kLongestAge - io::Duration(mixed % kSpread);
}

}  // namespace

EdgeCache::EdgeCache(const Generations& generations, std::size_t maximum_bytes)
    : generations_(generations),
      maximum_bytes_(maximum_bytes),
      seed_(random_seed() | 1U),
      buckets_(std::bit_ceil(std::max(maximum_bytes / kBytesPerBucket, kFewestBuckets))) {
  // The table of the buckets is part of what was allowed.
  maximum_bytes_ -= std::min(maximum_bytes, buckets_.size() * sizeof(Entry*));
}

EdgeCache::~EdgeCache() {
  while (oldest_) evict_oldest();
}

std::uint64_t EdgeCache::hash(std::int64_t account_id, std::int64_t membership_id, const Key& key) const noexcept {
  std::uint64_t state = mix(seed_ ^ static_cast<std::uint64_t>(account_id), 0x9E3779B97F4A7C15U);
  state = mix(state ^ static_cast<std::uint64_t>(membership_id), seed_);
  return mix_text(mix_text(state, key.path), key.query);
}

Entry** EdgeCache::place_of(std::int64_t account_id, std::int64_t membership_id, const Key& key,
                            std::uint64_t hash) noexcept {
  Entry** place = &bucket(hash);
  for (; *place; place = &(*place)->next_) {
    const Entry& entry = **place;
    if (planted(Bug::kIgnoredPrincipal) && entry.key().path == key.path && entry.key().query == key.query) break;
    if (entry.hash_ != static_cast<std::uint32_t>(hash)) continue;
    const Key other = entry.key();
    if (entry.principal_.account_id == account_id && entry.principal_.membership_id == membership_id &&
        other.path == key.path && other.query == key.query)
      break;
  }
  return place;
}

Asked EdgeCache::ask(const Owner& owner, Depends on, io::MonotonicTime now) const noexcept {
  return {.owner = owner, .on = on, .generation = generations_.of(owner, on), .at = now};
}

bool EdgeCache::store(const EntryPointer& entry, const Asked& asked, std::optional<io::Duration> valid_for,
                      io::MonotonicTime now) {
  const io::Duration longest = longest_age(asked.owner, entry->key());
  const io::MonotonicTime valid_until = asked.at + std::min(valid_for.value_or(longest), longest);
  const std::size_t bytes = entry->bytes();
  if (!asked.on.declared() || asked.generation != generations_.of(asked.owner, asked.on) || valid_until <= now ||
      bytes > maximum_bytes_ / kLargestPart) {
    ++figures_.refused;
    return false;
  }
  const Key key = entry->key();
  const std::uint64_t place = hash(asked.owner.account_id, asked.owner.membership_id, key);
  if (Entry** const former = place_of(asked.owner.account_id, asked.owner.membership_id, key, place); *former)
    remove(former);
  while (oldest_ && figures_.bytes + bytes > maximum_bytes_) {
    ++figures_.evicted;
    evict_oldest();
  }
  Entry& kept = *EntryPointer(entry).release();
  kept.hash_ = static_cast<std::uint32_t>(place);
  kept.generation_ = asked.generation;
  kept.on_ = asked.on;
  kept.valid_until_ = valid_until;
  kept.kept_ = true;
  kept.next_ = bucket(place);
  bucket(place) = &kept;
  link_newest(kept);
  figures_.bytes += bytes;
  figures_.body_bytes += entry->body_bytes();
  ++figures_.entries;
  ++figures_.stored;
  return true;
}

EntryPointer EdgeCache::find(const Principal& principal, const Key& key, std::uint64_t of_membership,
                             io::MonotonicTime now) {
  Entry** const place = place_of(principal.account_id, principal.membership_id, key,
                                 hash(principal.account_id, principal.membership_id, key));
  Entry* const entry = *place;
  if (!entry) return {};
  const Owner owner{principal.account_id, principal.client_id, principal.membership_id};
  const bool foreign = entry->principal_ != principal && !planted(Bug::kIgnoredPrincipal);
  const bool old = entry->valid_until_ <= now && !planted(Bug::kKeptForEver);
  if (foreign || old || entry->generation_ != of_membership + generations_.of_content(owner, entry->on_)) {
    remove(place);
    return {};
  }
  if (entry != newest_) {
    unlink(*entry);
    link_newest(*entry);
  }
  return EntryPointer(entry);
}

void EdgeCache::grown(const Entry& entry, std::size_t before) noexcept {
  if (!entry.kept_) return;
  figures_.bytes += entry.bytes() - before;
  figures_.body_bytes += entry.body_bytes() - entry.plain().bytes.size();
  while (oldest_ && figures_.bytes > maximum_bytes_) {
    ++figures_.evicted;
    evict_oldest();
  }
}

void EdgeCache::remove(Entry** place) noexcept {
  const EntryPointer entry = EntryPointer::adopt(*place);
  *place = entry->next_;
  unlink(*entry);
  entry->kept_ = false;
  figures_.bytes -= entry->bytes();
  figures_.body_bytes -= entry->body_bytes();
  --figures_.entries;
}

void EdgeCache::evict_oldest() noexcept {
  Entry** place = &bucket(oldest_->hash_);
  while (*place != oldest_) place = &(*place)->next_;
  remove(place);
}

void EdgeCache::link_newest(Entry& entry) noexcept {
  entry.newer_ = nullptr;
  entry.older_ = newest_;
  if (newest_) newest_->newer_ = &entry;
  newest_ = &entry;
  if (!oldest_) oldest_ = &entry;
}

void EdgeCache::unlink(Entry& entry) noexcept {
  (entry.newer_ ? entry.newer_->older_ : newest_) = entry.older_;
  (entry.older_ ? entry.older_->newer_ : oldest_) = entry.newer_;
}

}  // namespace portal::cache
