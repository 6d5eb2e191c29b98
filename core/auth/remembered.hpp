// What a worker remembers by the hash of a session: so many at most, the one that was used least recently goes first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <unordered_map>
#include <utility>

#include "access/principal.hpp"

namespace portal::auth {

template <class Value>
class Remembered {
 public:
  explicit Remembered(std::size_t capacity) : capacity_(capacity) {}

  // Moves the entry to the front. Null for another account's session: a cookie counts only at the host of its account.
  Value* find(std::int64_t account_id, const access::SessionHash& hash) {
    const auto found = index_.find(hash);
    if (found == index_.end() || found->second->account_id != account_id) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }

  void put(std::int64_t account_id, const access::SessionHash& hash, Value value) {
    if (capacity_ == 0) return;
    if (const auto found = index_.find(hash); found != index_.end()) {
      found->second->account_id = account_id;
      found->second->value = std::move(value);
      entries_.splice(entries_.begin(), entries_, found->second);
      return;
    }
    entries_.push_front({.account_id = account_id, .hash = hash, .value = std::move(value)});
    index_.emplace(hash, entries_.begin());
    if (entries_.size() > capacity_) {
      index_.erase(entries_.back().hash);
      entries_.pop_back();
    }
  }

  void forget(const access::SessionHash& hash) noexcept {
    if (const auto found = index_.find(hash); found != index_.end()) {
      entries_.erase(found->second);
      index_.erase(found);
    }
  }

  std::size_t size() const { return entries_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const access::SessionHash& hash) const noexcept {
      std::size_t value;  // the key is a SHA-256 already: its first bytes are as good as any hash
      std::memcpy(&value, hash.data(), sizeof value);
      return value;
    }
  };
  struct Entry {
    std::int64_t account_id;
    access::SessionHash hash;
    Value value;
  };
  using Entries = std::list<Entry>;

  std::size_t capacity_;
  Entries entries_;  // most recently used first
  std::unordered_map<access::SessionHash, typename Entries::iterator, Hash> index_;
};

}  // namespace portal::auth
