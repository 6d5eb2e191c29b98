// The sessions that a worker has seen confirmed, so that a request of a known session can be routed without asking
// first. It is a hint only: `enter` confirms every use, so a stale entry costs a repeated request and never an answer.
//
// What `enter` has confirmed a moment ago may be believed without asking again (DESIGN.md 6): for less than a second
// after it was asked, so that what has ended is dead everywhere within one, and only while the listener's lease is
// valid.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "access/principal.hpp"
#include "auth/identity.hpp"
#include "auth/remembered.hpp"
#include "io/loop.hpp"

namespace portal::auth {

class SessionMemory {
 public:
  // Of a confirmation, from when it was asked for.
  static constexpr io::Duration kBelievedFor{750};
  // From then on one request asks anew, while the others go on believing.
  static constexpr io::Duration kRenewedAfter{400};

  explicit SessionMemory(std::size_t capacity) : entries_(capacity) {}

  // Nothing for another account's session: a cookie counts only at the host of its account.
  std::optional<access::Member> find(std::int64_t account_id, const access::SessionHash& hash);
  // Forgets what was confirmed before.
  void remember(const access::Member& member);
  void forget(const access::SessionHash& hash) noexcept;
  std::size_t size() const { return entries_.size(); }

  // For the answers that a worker keeps (edge/cached_answers.hpp): as whom `enter` let the session in, the generation
  // of the membership before it was asked, and until when the session opens something. Only of what is still
  // remembered.
  struct Confirmed {
    access::Member member;
    std::uint64_t generation;
    io::MonotonicTime until;
  };
  void confirm(const access::Member& member, std::uint64_t generation, io::MonotonicTime until);
  // Null: never confirmed. A view until the next call.
  const Confirmed* find_confirmed(std::int64_t account_id, const access::SessionHash& hash);

  // `asked_at`: when the segment was sent that confirmed it. `epoch`: the listener's.
  void confirm(std::shared_ptr<const Identity> identity, io::MonotonicTime asked_at, std::uint64_t epoch);
  // Null: nothing that may be believed, or it is time to ask again.
  std::shared_ptr<const Identity> find_confirmed(std::int64_t account_id, const access::SessionHash& hash,
                                                 io::MonotonicTime now, std::uint64_t epoch);

 private:
  struct Confirmation {
    std::shared_ptr<const Identity> identity;
    io::MonotonicTime asked_at;
    std::uint64_t epoch;
    bool renewing = false;
  };
  struct Entry {
    Confirmed known;                                  // `until` is the beginning of time while it is not confirmed
    std::unique_ptr<Confirmation> confirmation = {};  // only for sessions that portal_auth has met
  };
  struct Key {
    static std::int64_t account_id(const Entry& entry) { return entry.known.member.account_id; }
    static const access::SessionHash& session_hash(const Entry& entry) { return entry.known.member.session_hash; }
  };
  Remembered<Entry, Key> entries_;
};

}  // namespace portal::auth
