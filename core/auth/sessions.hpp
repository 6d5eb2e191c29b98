// What a worker knows of sessions before it asks: its own memory first, Redis behind it, and PostgreSQL behind that.
#pragma once

#include <coroutine>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "access/database.hpp"
#include "access/principal.hpp"
#include "auth/session_cache.hpp"
#include "auth/session_memory.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "io/loop.hpp"

namespace portal::auth {

struct FoundSession {
  access::Member member;
  bool fresh = false;  // read from PostgreSQL for this request; only then may a refusal be based on it
};

class Sessions {
 public:
  // `cache`: null without Redis.
  Sessions(io::Loop& loop, std::size_t remembered, SessionCache* cache);
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  // What the worker itself remembers.
  std::optional<access::Member> find(std::int64_t account_id, const access::SessionHash& hash) {
    return memory_.find(account_id, hash);
  }
  // For a session that find() does not know: from Redis, else from PostgreSQL. Requests of the same session share one
  // look-up, which belongs to the worker. kNotSignedIn when it is none, or over.
  Task<Result<FoundSession>> look_up(access::AnonymousDatabase database, access::SessionHash hash);
  // From PostgreSQL, whatever is known.
  Task<Result<FoundSession>> read(access::AnonymousDatabase database, access::SessionHash hash);

  // Of a session that was read, made or confirmed just now.
  void remember(const access::Member& member);
  // After the end of a session, and after a switch.
  void forget(const access::SessionHash& hash) noexcept;

  // What of a session was confirmed so lately that it is believed; see SessionMemory.
  std::shared_ptr<const Identity> find_confirmed(std::int64_t account_id, const access::SessionHash& hash,
                                                 std::uint64_t epoch) {
    return memory_.find_confirmed(account_id, hash, loop_.now(), epoch);
  }
  void confirm(std::shared_ptr<const Identity> identity, io::MonotonicTime asked_at, std::uint64_t epoch) {
    memory_.confirm(std::move(identity), asked_at, epoch);
  }

  SessionMemory& memory() { return memory_; }
  std::size_t size() const { return memory_.size(); }

 private:
  class Landing;
  using Key = std::pair<std::int64_t, access::SessionHash>;

  struct Flight {
    Key key;
    std::optional<Result<FoundSession>> result;
    std::vector<Landing*> waiting;
    bool asks_redis = false;
    Task<void> task;  // last: its frames use everything above
  };

  Task<void> fly(Flight* flight, access::AnonymousDatabase database);
  Task<Result<FoundSession>> ask(Flight* flight, access::AnonymousDatabase database);
  void land(Flight& flight) noexcept;
  void on_landed() noexcept { landed_.clear(); }

  io::Loop& loop_;
  SessionMemory memory_;
  SessionCache* cache_;
  std::unique_ptr<io::Wake> reaper_;
  // Ended from the reaper's wake, never from inside their own frames. Entries move here whole, which needs no memory.
  std::multimap<Key, std::shared_ptr<Flight>> landed_;
  std::map<Key, std::shared_ptr<Flight>> flights_;
};

}  // namespace portal::auth
