// A simulated Redis behind the sockets of core/redis: the real client speaks RESP to it. What it holds may be lost, old
// or somebody else's; it may refuse, be silent or full, and its replies may belong to other commands.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim_loop.hpp"
#include "world.hpp"

namespace portal::simulation {

class Redis {
 public:
  // What a restart leaves of the entries: all, none, or those of the last snapshot.
  enum class Memory : std::uint8_t { kKept, kLost, kOld };

  Redis(World& world, SimLoop& loop) : world_(world), loop_(loop) {}

  // The client's side, as redis::Socket has it. Nothing: the connection has failed.
  int open();  // a descriptor, or -1
  bool connected(int descriptor) const;
  std::optional<std::size_t> send(int descriptor, std::string_view bytes);
  std::optional<std::size_t> receive(int descriptor, std::span<char> room);
  void close(int descriptor);

  // What goes wrong with the server as a whole.
  void freeze(Microseconds time);
  void restart(Microseconds away, Memory memory);
  void fill(Microseconds time);
  void flush() { entries_.clear(); }
  void take_snapshot() { snapshot_ = entries_; }
  void heal();

  bool holds(const std::string& name) const { return entries_.contains(name); }
  bool away() const { return frozen_ || !accepting_; }
  // No command is waited for longer than its time.
  void check_waits();

 private:
  using Words = std::vector<std::string>;
  struct Connection;

  void wake(const std::shared_ptr<Connection>& connection);
  void step(const std::shared_ptr<Connection>& connection);
  void answer(const std::shared_ptr<Connection>& connection, const Words& words);
  std::string execute(const Words& words);
  std::string spoil(std::string value);
  std::string garbage();
  void send_down(const std::shared_ptr<Connection>& connection, std::string reply);
  void end(const std::shared_ptr<Connection>& connection);
  void thaw();
  void deliver(const std::shared_ptr<Connection>& connection);
  void update_readiness(const Connection& connection);

  World& world_;
  SimLoop& loop_;
  std::map<int, std::shared_ptr<Connection>> connections_;  // by descriptor
  std::map<std::string, std::string> entries_, snapshot_;
  std::string last_reply_;  // to whomever
  bool accepting_ = true, frozen_ = false, full_ = false;
  std::uint64_t freezes_ = 0, restarts_ = 0, fillings_ = 0;
};

// The one that runs: sockets have no other way to find it.
extern Redis* the_redis;

}  // namespace portal::simulation
