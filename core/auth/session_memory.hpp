// The sessions that a worker has seen confirmed, so that a request of a known session can be routed without asking
// first. It is a hint only: `enter` confirms every use, so a stale entry costs a repeated request and never an answer.
#pragma once

#include <cstddef>
#include <cstring>
#include <list>
#include <optional>
#include <unordered_map>

#include "access/principal.hpp"

namespace portal::auth {

class SessionMemory {
 public:
  explicit SessionMemory(std::size_t capacity) : capacity_(capacity) {}

  // Moves the entry to the front. Nothing for another account's session: a cookie counts only at the host of its
  // account.
  std::optional<access::Member> find(std::int64_t account_id, const access::SessionHash& hash);
  void remember(const access::Member& member);
  void forget(const access::SessionHash& hash) noexcept;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const access::SessionHash& hash) const noexcept {
      std::size_t value;  // the key is a SHA-256 already: its first bytes are as good as any hash
      std::memcpy(&value, hash.data(), sizeof value);
      return value;
    }
  };
  using Entries = std::list<access::Member>;

  std::size_t capacity_;
  Entries entries_;  // most recently used first
  std::unordered_map<access::SessionHash, Entries::iterator, Hash> index_;
};

}  // namespace portal::auth
