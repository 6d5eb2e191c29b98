// What other hosts have counted. Each host tells Redis of its failures and hears how many there are altogether; nobody
// waits for that, so a host admits at most the few tries that are on their way more than it should, and without Redis
// it goes by its own counters.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "base/task.hpp"
#include "crypto/bytes.hpp"
#include "crypto/keyring.hpp"
#include "io/loop.hpp"

namespace portal::redis {
class Client;
}

namespace portal::auth {

// One failure that was counted here.
struct ThrottleNews {
  std::string name;   // in Redis
  std::uint64_t key;  // in this host's tables
  bool is_failures;   // consecutive ones of a login, else of an address or an account lately
  bool is_address;
};

class ThrottleListener {
 public:
  virtual ~ThrottleListener() = default;
  // So many there are on all hosts together.
  virtual void learn(const ThrottleNews& news, std::uint64_t count) noexcept = 0;
};

class ThrottlePeers {
 public:
  ThrottlePeers(redis::Client& redis, const crypto::Keyring& keys, io::Loop& loop, ThrottleListener& listener,
                Log& log);

  // `subject` says what is counted; it is hashed with the key of what Redis holds.
  std::string name_of(crypto::Bytes subject) const;
  // One failure more.
  void tell(ThrottleNews news) noexcept;
  void forget(const std::string& name) noexcept;

 private:
  Task<void> run();
  void on_wake() noexcept;

  redis::Client& redis_;
  const crypto::Keyring& keys_;
  ThrottleListener& listener_;
  Log& log_;
  std::unique_ptr<io::Wake> wake_;
  std::deque<ThrottleNews> waiting_;
  Task<void> running_;  // last: its frame uses everything above
};

}  // namespace portal::auth
