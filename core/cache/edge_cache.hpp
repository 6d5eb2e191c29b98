// The answers that a worker keeps (DESIGN.md 6): each private to one membership, bounded in bytes and in age, the one
// that was used least recently goes first. Whether it may be used at all (is the session confirmed, is the lease valid)
// is decided in edge/cached_answers.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cache/entry.hpp"
#include "cache/generations.hpp"
#include "io/loop.hpp"

namespace portal::cache {

struct CacheFigures {
  std::uint64_t stored = 0;
  std::uint64_t refused = 0;  // what it was made from had changed meanwhile, or it was too large
  std::uint64_t evicted = 0;  // for others
  std::size_t bytes = 0;
  std::size_t body_bytes = 0;  // of these, plain and compressed
  std::size_t entries = 0;
};

// What an answer is made from, as it was before anything was asked for it.
struct Asked {
  Owner owner;
  Depends on;
  std::uint64_t generation = 0;
  io::MonotonicTime at{};
};

class EdgeCache {
 public:
  static constexpr io::Duration kLongestAge{60'000};
  // What came at once, as after a start or when PostgreSQL was away, does not end at once: each key has an age of its
  // own between this and the longest.
  static constexpr io::Duration kShortestAge{45'000};

  // `maximum_bytes`: of the entries together with what they cost besides their bodies, and of the table in which they
  // are found; 0: nothing is kept.
  EdgeCache(const Generations& generations, std::size_t maximum_bytes);
  ~EdgeCache();
  EdgeCache(const EdgeCache&) = delete;
  EdgeCache& operator=(const EdgeCache&) = delete;

  // Before the first query of an answer is sent.
  Asked ask(const Owner& owner, Depends on, io::MonotonicTime now) const noexcept;
  // After its last result. `valid_for`: since it was asked for, where the answer depends on the time. False: not kept.
  bool store(const EntryPointer& entry, const Asked& asked, std::optional<io::Duration> valid_for,
             io::MonotonicTime now);
  // Only what is as true as on the day that it was stored, and was made for this very principal, whose
  // Generations::of_membership() is `of_membership`.
  EntryPointer find(const Principal& principal, const Key& key, std::uint64_t of_membership, io::MonotonicTime now);
  // Its compressed form has been made.
  void grown(const Entry& entry, std::size_t before) noexcept;

  const CacheFigures& figures() const noexcept { return figures_; }
  bool on() const noexcept { return maximum_bytes_ > 0; }

 private:
  std::uint64_t hash(std::int64_t account_id, std::int64_t membership_id, const Key& key) const noexcept;
  Entry** place_of(std::int64_t account_id, std::int64_t membership_id, const Key& key, std::uint64_t hash) noexcept;
  Entry*& bucket(std::uint64_t hash) noexcept { return buckets_[hash & (buckets_.size() - 1)]; }
  void remove(Entry** place) noexcept;
  void evict_oldest() noexcept;
  void link_newest(Entry& entry) noexcept;
  void unlink(Entry& entry) noexcept;

  const Generations& generations_;
  std::size_t maximum_bytes_;
  std::uint64_t seed_;  // nobody can choose paths that meet in one bucket
  std::vector<Entry*> buckets_;
  Entry* newest_ = nullptr;
  Entry* oldest_ = nullptr;
  CacheFigures figures_;
};

}  // namespace portal::cache
