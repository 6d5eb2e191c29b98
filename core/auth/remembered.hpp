// What a worker remembers by the hash of a session: so many at most, the one that was used least recently goes first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "access/principal.hpp"

namespace portal::auth {

// `Key` says of a value whose it is: account_id(value), session_hash(value). A worker has ten thousands of them, so
// each is one block of memory that holds its key once.
template <class Value, class Key>
class Remembered {
 public:
  explicit Remembered(std::size_t capacity) : capacity_(capacity) {}
  ~Remembered() {
    while (oldest_) drop(place_of(Key::session_hash(oldest_->value)));
  }
  Remembered(const Remembered&) = delete;
  Remembered& operator=(const Remembered&) = delete;

  // It is the one used last then. Null for another account's session: a cookie counts only at the host of its account.
  Value* find(std::int64_t account_id, const access::SessionHash& hash) noexcept {
    Entry* const entry = size_ == 0 ? nullptr : *place_of(hash);
    if (!entry || Key::account_id(entry->value) != account_id) return nullptr;
    make_newest(*entry);
    return &entry->value;
  }

  void put(Value value) {
    if (capacity_ == 0) return;
    if (size_ == buckets_.size()) grow();
    Entry** const place = place_of(Key::session_hash(value));
    if (*place) {
      (*place)->value = std::move(value);
      make_newest(**place);
      return;
    }
    *place = new Entry{.value = std::move(value)};
    link_newest(**place);
    ++size_;
    if (size_ > capacity_) drop(place_of(Key::session_hash(oldest_->value)));
  }

  void forget(const access::SessionHash& hash) noexcept {
    if (size_ == 0) return;
    if (Entry** const place = place_of(hash); *place) drop(place);
  }

  std::size_t size() const { return size_; }

 private:
  struct Entry {
    Value value;
    Entry* next = nullptr;  // in its bucket
    Entry* newer = nullptr;
    Entry* older = nullptr;
  };
  using Buckets = std::vector<Entry*>;

  static constexpr std::size_t kFewestBuckets = 16;

  // The key is a SHA-256 already: its first bytes are as good as any hash. The number of buckets is a power of two.
  static Entry*& bucket(Buckets& buckets, const access::SessionHash& hash) noexcept {
    std::size_t value;
    std::memcpy(&value, hash.data(), sizeof value);
    return buckets[value & (buckets.size() - 1)];
  }

  // What points to the entry, or where it would stand.
  Entry** place_of(const access::SessionHash& hash) noexcept {
    Entry** place = &bucket(buckets_, hash);
    while (*place && Key::session_hash((*place)->value) != hash) place = &(*place)->next;
    return place;
  }

  void grow() {
    Buckets wider(buckets_.empty() ? kFewestBuckets : 2 * buckets_.size());
    for (Entry* entry = newest_; entry; entry = entry->older) {
      Entry*& first = bucket(wider, Key::session_hash(entry->value));
      entry->next = std::exchange(first, entry);
    }
    buckets_ = std::move(wider);
  }

  void drop(Entry** place) noexcept {
    const std::unique_ptr<Entry> entry(*place);
    *place = entry->next;
    unlink(*entry);
    --size_;
  }

  void make_newest(Entry& entry) noexcept {
    if (&entry == newest_) return;
    unlink(entry);
    link_newest(entry);
  }

  void link_newest(Entry& entry) noexcept {
    entry.newer = nullptr;
    entry.older = newest_;
    (newest_ ? newest_->newer : oldest_) = &entry;
    newest_ = &entry;
  }

  void unlink(Entry& entry) noexcept {
    (entry.newer ? entry.newer->older : newest_) = entry.older;
    (entry.older ? entry.older->newer : oldest_) = entry.newer;
  }

  std::size_t capacity_;
  std::size_t size_ = 0;
  Buckets buckets_;
  Entry* newest_ = nullptr;
  Entry* oldest_ = nullptr;
};

}  // namespace portal::auth
