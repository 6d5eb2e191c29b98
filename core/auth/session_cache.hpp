// Sessions in Redis, for workers that do not know them yet. Like a worker's memory it is a hint: `enter` confirms every
// use, so what is lost, old or restored costs a repeated request and never an answer.
#pragma once

#include <cstdint>
#include <optional>

#include "access/principal.hpp"
#include "base/log.hpp"
#include "base/task.hpp"
#include "crypto/keyring.hpp"
#include "io/loop.hpp"

namespace portal::redis {
class Client;
struct Reply;
}  // namespace portal::redis

namespace portal::auth {

struct SessionCacheFigures {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t unanswered = 0;  // Redis was away or late
  std::uint64_t refused = 0;     // values that were not ours; removed
};

class SessionCache {
 public:
  SessionCache(redis::Client& redis, const crypto::Keyring& keys, io::Loop& loop, Log& log);

  // Waits 50 ms at most. Awaited by a task of the worker (redis/client.hpp).
  Task<std::optional<access::Member>> find(std::int64_t account_id, access::SessionHash hash);
  // In the background, and only if Redis is there.
  void store(const access::Member& member) noexcept;
  void remove(const access::SessionHash& hash) noexcept;

  const SessionCacheFigures& figures() const { return figures_; }

 private:
  std::optional<access::Member> read(const redis::Reply& reply, std::int64_t account_id,
                                     const access::SessionHash& hash);
  void refuse(const access::SessionHash& hash);

  redis::Client& redis_;
  const crypto::Keyring& keys_;
  io::Loop& loop_;
  Log& log_;
  SessionCacheFigures figures_;
  std::uint64_t told_refused_ = 0;  // how many the last line in the log told of
  std::optional<io::MonotonicTime> told_at_;
};

}  // namespace portal::auth
