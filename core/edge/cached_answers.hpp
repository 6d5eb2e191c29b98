// The way of a member's repeated read (DESIGN.md 6, docs/architecture/cache.md): who may be answered from the worker's
// memory, with what, and what is put there. No answer is given without a session that `enter` has confirmed since
// anything of its membership changed, and none while notices may be missing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/principal.hpp"
#include "auth/session_memory.hpp"
#include "cache/edge_cache.hpp"
#include "cache/generations.hpp"
#include "cache/gzip.hpp"
#include "io/loop.hpp"
#include "pg/lease.hpp"

namespace portal::edge {

enum class CacheOutcome : std::uint8_t {
  kOff,           // nobody looked: the location says so, or the request is none that is answered from memory
  kHit,           // answered from memory
  kMiss,          // nothing there, or nothing that may still be believed
  kBypass,        // whoever asks has changed something a moment ago
  kExpiredLease,  // notices may be missing
};

class CachedAnswers {
 public:
  // A session is asked about anew at least so often, so that its use is noted.
  static constexpr io::Duration kConfirmedFor{60'000};

  CachedAnswers(auth::SessionMemory& sessions, const pg::Lease& lease, std::size_t maximum_bytes,
                std::size_t counters = cache::Generations::kCounters);

  struct Wanted {
    std::int64_t account_id;
    access::SessionHash session;
    std::string_view path;
    std::string_view query;       // as it was sent
    std::string_view membership;  // what the page shows (Portal-Membership); empty: it does not say
  };
  struct Found {
    CacheOutcome outcome;
    cache::EntryPointer entry;  // of a hit
  };
  Found find(const Wanted& wanted, io::MonotonicTime now);

  // What an answer to this member is made from, before anything is asked for it.
  struct Pending {
    cache::Asked asked;
    std::uint64_t membership = 0;  // the generation of the membership alone
  };
  Pending ask(const access::Member& member, cache::Depends on, io::MonotonicTime now) const noexcept;
  // `enter` has let the session in, for an answer that was asked for then, and has said how long it opens something.
  void confirm(const access::Member& member, const Pending& pending, std::chrono::milliseconds session_left);
  // Keeps the answer, if nothing has changed meanwhile.
  bool keep(const cache::EntryPointer& entry, const Pending& pending,
            std::optional<std::chrono::milliseconds> valid_for, io::MonotonicTime now);
  // The form of the answer that is sent to somebody who takes that coding.
  cache::Body body(cache::Entry& entry, cache::Coding accepted);

  cache::Generations& generations() { return generations_; }
  const cache::EdgeCache& entries() const { return entries_; }
  bool on() const { return entries_.on(); }

 private:
  auth::SessionMemory& sessions_;
  const pg::Lease& lease_;
  cache::Generations generations_;
  cache::EdgeCache entries_;
  cache::Gzip gzip_;
  std::string room_;
};

}  // namespace portal::edge
