// What other hosts have counted. Each host tells Redis of its failures and hears how many there are altogether; nobody
// waits for that, so a host admits at most the few tries that are on their way more than it should, and without Redis
// it goes by its own counters. Where failures were forgiven on one host, another hears of it when it refuses somebody.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "base/task.hpp"
#include "crypto/bytes.hpp"
#include "crypto/keyring.hpp"
#include "io/loop.hpp"

namespace portal::redis {
class Client;
}

namespace portal::auth {

// One failure that was counted here, or a question about those of a login.
struct ThrottleNews {
  std::string name;   // in Redis
  std::uint64_t key;  // in this host's tables
  bool is_failures;   // consecutive ones of a login, else of an address or an account lately
  bool is_address;
  bool is_question = false;  // whether they were forgiven elsewhere
};

class ThrottleListener {
 public:
  virtual ~ThrottleListener() = default;
  // So many there are on all hosts together.
  virtual void learn(const ThrottleNews& news, std::uint64_t count) noexcept = 0;
  // They were forgiven on some host, perhaps on this one and perhaps long ago; `pardon` tells one time from another.
  virtual void learn_pardon(const ThrottleNews& news, std::string_view pardon) noexcept = 0;
};

class ThrottlePeers {
 public:
  ThrottlePeers(redis::Client& redis, const crypto::Keyring& keys, io::Loop& loop, ThrottleListener& listener,
                Log& log);

  // `subject` says what is counted; it is hashed with the key of what Redis holds.
  std::string name_of(crypto::Bytes subject) const;
  // One failure more.
  void tell(ThrottleNews news) noexcept;
  // All failures of that name are forgiven, on every host: the name of this pardon, empty where nobody can hear of it.
  std::string forget(const std::string& name) noexcept;
  // Somebody was refused here for failures that may have been forgiven elsewhere.
  void ask(std::string name, std::uint64_t key) noexcept;

 private:
  void queue(ThrottleNews news) noexcept;
  std::string make_pardon(std::string_view name, crypto::Bytes chance) const;
  bool is_pardon(std::string_view name, std::string_view text) const;
  Task<void> look_for_pardon(ThrottleNews news);

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
