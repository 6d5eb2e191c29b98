#include "fake_redis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace portal::simulation {
namespace {

// What core/redis/client.hpp gives a command, and the whole milliseconds of its timer.
constexpr Microseconds kDeadline{50'000};
constexpr Microseconds kSlack{3'000};
constexpr std::size_t kRoom = 4096;

std::string bulk(std::string_view text) { return fmt::format("${}\r\n{}\r\n", text.size(), text); }

// A whole command at the beginning of the bytes, which it is taken from.
std::optional<std::vector<std::string>> take_command(std::string& bytes) {
  std::size_t at = 0;
  const auto number = [&](char sign) -> std::optional<std::size_t> {
    const std::size_t end = bytes.find("\r\n", at);
    if (end == std::string::npos || bytes[at] != sign) return std::nullopt;
    std::size_t value = 0;
    std::from_chars(bytes.data() + at + 1, bytes.data() + end, value);
    at = end + 2;
    return value;
  };
  const std::optional<std::size_t> count = number('*');
  if (!count) return std::nullopt;
  std::vector<std::string> words;
  while (words.size() < *count) {
    const std::optional<std::size_t> length = number('$');
    if (!length || bytes.size() < at + *length + 2) return std::nullopt;
    words.push_back(bytes.substr(at, *length));
    at += *length + 2;
  }
  bytes.erase(0, at);
  return words;
}

}  // namespace

Redis* the_redis = nullptr;

struct Redis::Connection {
  int descriptor = -1;    // -1 once the client is gone
  bool answered = false;  // the connecting has come to its end
  bool failed = false;    // by being refused
  bool scheduled = false, slowed = false, delivering = false;
  bool mute = false;  // for good
  bool server_closed = false, end_arrived = false;
  std::string unread;       // the begin of a command
  std::deque<Words> inbox;  // whole commands
  std::size_t inbox_bytes = 0;
  std::string down;                 // on its way
  std::string arrived;              // in the client's socket
  std::deque<std::size_t> replies;  // bytes of each that are still on their way
  std::deque<Time> waits;           // when each command was sent that has no reply yet
};

int Redis::open() {
  const RedisFaults& faults = world_.faults.redis;
  if (!accepting_ || world_.random.chance(faults.refused)) return -1;
  auto connection = std::make_shared<Connection>();
  connection->descriptor = loop_.open_descriptor();
  connections_.emplace(connection->descriptor, connection);
  if (world_.random.chance(faults.never)) return connection->descriptor;
  connection->failed = world_.random.chance(faults.refused);
  loop_.after(world_.random.delay(20, 200), [this, connection] {
    connection->answered = true;
    update_readiness(*connection);
  });
  return connection->descriptor;
}

bool Redis::connected(int descriptor) const {
  const Connection& connection = *connections_.at(descriptor);
  return connection.answered && !connection.failed;
}

std::optional<std::size_t> Redis::send(int descriptor, std::string_view bytes) {
  const std::shared_ptr<Connection> connection = connections_.at(descriptor);
  if (connection->end_arrived) return std::nullopt;
  const std::size_t used = connection->unread.size() + connection->inbox_bytes;
  std::size_t part = std::min(bytes.size(), kRoom - std::min(kRoom, used));
  if (world_.random.chance(world_.faults.redis.partial_write)) part = world_.random.below(part + 1);
  connection->unread += bytes.substr(0, part);
  for (std::size_t before = connection->unread.size();; before = connection->unread.size()) {
    std::optional<Words> words = take_command(connection->unread);
    if (!words) break;
    connection->inbox_bytes += before - connection->unread.size();
    connection->inbox.push_back(std::move(*words));
    connection->waits.push_back(loop_.now());
  }
  update_readiness(*connection);
  wake(connection);
  return part;
}

std::optional<std::size_t> Redis::receive(int descriptor, std::span<char> room) {
  Connection& connection = *connections_.at(descriptor);
  if (connection.arrived.empty()) return connection.end_arrived ? std::nullopt : std::optional<std::size_t>(0);
  std::size_t part = std::min(room.size(), connection.arrived.size());
  if (world_.random.chance(world_.faults.redis.slices)) part = 1 + world_.random.below(part);
  std::copy_n(connection.arrived.begin(), part, room.begin());
  connection.arrived.erase(0, part);
  update_readiness(connection);
  return part;
}

void Redis::close(int descriptor) {
  if (loop_.is_watched(descriptor)) world_.violate("a connection to Redis is closed while its descriptor is watched");
  loop_.close_descriptor(descriptor);
  const auto found = connections_.find(descriptor);
  found->second->descriptor = -1;
  connections_.erase(found);
}

void Redis::wake(const std::shared_ptr<Connection>& connection) {
  if (connection->scheduled || connection->inbox.empty() || frozen_) return;
  connection->scheduled = true;
  loop_.after(world_.random.delay(10, 150), [this, connection] {
    connection->scheduled = false;
    step(connection);
  });
}

void Redis::step(const std::shared_ptr<Connection>& connection) {
  while (!connection->inbox.empty() && !frozen_ && !connection->server_closed && connection->descriptor >= 0) {
    if (!std::exchange(connection->slowed, false) && world_.random.chance(world_.faults.redis.slow)) {
      connection->slowed = connection->scheduled = true;
      loop_.after(world_.random.delay(100, 90'000), [this, connection] {
        connection->scheduled = false;
        step(connection);
      });
      return;
    }
    const Words words = std::move(connection->inbox.front());
    connection->inbox.pop_front();
    if (connection->inbox.empty()) connection->inbox_bytes = 0;
    answer(connection, words);
  }
  if (connection->descriptor >= 0) update_readiness(*connection);
}

void Redis::answer(const std::shared_ptr<Connection>& connection, const Words& words) {
  const RedisFaults& faults = world_.faults.redis;
  Random& random = world_.random;
  std::string reply = execute(words);
  world_.trace.note(loop_.now(), "redis " + words.front(), reply.size());
  if (random.chance(faults.cut)) {
    end(connection);
    return;
  }
  connection->mute = connection->mute || random.chance(faults.silent);
  if (connection->mute) return;
  if (random.chance(faults.error)) {
    constexpr std::array<std::string_view, 7> kErrors = {
        "-OOM command not allowed when used memory > 'maxmemory'.\r\n",
        "-MISCONF Redis is configured to save RDB snapshots\r\n",
        "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n",
        "-READONLY You can't write against a read only replica.\r\n",
        "-LOADING Redis is loading the dataset in memory\r\n",
        "-NOAUTH Authentication required.\r\n",
        "-ERR unknown command, with args beginning with: x\r\n"};
    reply = kErrors[random.below(kErrors.size())];
  }
  if (random.chance(faults.garbage)) reply = garbage();
  std::swap(last_reply_, reply);
  if (!random.chance(faults.shifted)) {
    send_down(connection, last_reply_);
    return;
  }
  switch (random.below(3)) {
    case 0:  // lost: the next one comes in its place
      return;
    case 1:
      send_down(connection, last_reply_);
      send_down(connection, last_reply_);
      return;
    default:  // somebody else's
      send_down(connection, reply.empty() ? last_reply_ : reply);
  }
}

std::string Redis::execute(const Words& words) {
  const std::string& verb = words.front();
  if (verb == "AUTH") return "+OK\r\n";
  if (verb == "PING") return "+PONG\r\n";
  if (verb == "ECHO" && words.size() == 2) return bulk(words[1]);
  if (verb == "GETRANGE" && words.size() == 4) {
    const auto found = entries_.find(words[1]);
    if (found == entries_.end()) return bulk("");
    if (world_.random.chance(world_.faults.redis.evicted)) {
      entries_.erase(found);
      return bulk("");
    }
    return bulk(world_.random.chance(world_.faults.redis.spoiled) ? spoil(found->second) : found->second);
  }
  if (verb == "SET" && words.size() == 5) {
    if (full_) return "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
    entries_[words[1]] = words[2];
    return "+OK\r\n";
  }
  if (verb == "UNLINK" && words.size() == 2) return fmt::format(":{}\r\n", entries_.erase(words[1]));
  world_.violate("Redis is asked what it does not know: " + verb);
  return "-ERR unknown command\r\n";
}

// As good as it looks, a value that is not the session's.
std::string Redis::spoil(std::string value) {
  const std::uint64_t place = world_.random.below(value.size());
  switch (world_.random.below(4)) {
    case 0:
      value[place] = static_cast<char>(value[place] ^ 1 << world_.random.below(8));
      return value;
    case 1:
      return value.substr(0, place);
    case 2: {
      auto other = entries_.begin();
      std::advance(other, world_.random.below(entries_.size()));
      return other->second;
    }
    default:
      return "s1" + std::string(world_.random.below(500), 'x');
  }
}

// What no command of ours is answered with, or what is no RESP at all.
std::string Redis::garbage() {
  constexpr std::array<std::string_view, 9> kGarbage = {":5\r\n",
                                                        "$-1\r\n",
                                                        "*2\r\n$1\r\na\r\n:1\r\n",
                                                        "*-1\r\n",
                                                        "$999999999\r\nwithout an end",
                                                        "HTTP/1.1 400 Bad Request\r\n\r\n",
                                                        "$3\r\nabcdef\r\n",
                                                        "\r\n\r\n",
                                                        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"};
  return std::string(kGarbage[world_.random.below(kGarbage.size())]);
}

void Redis::send_down(const std::shared_ptr<Connection>& connection, std::string reply) {
  connection->replies.push_back(reply.size());
  connection->down += reply;
  deliver(connection);
}

void Redis::end(const std::shared_ptr<Connection>& connection) {
  connection->server_closed = true;
  if (world_.random.chance(0.5)) connection->down.clear();
  deliver(connection);
}

void Redis::deliver(const std::shared_ptr<Connection>& connection) {
  if (connection->delivering || connection->end_arrived || (connection->down.empty() && !connection->server_closed))
    return;
  connection->delivering = true;
  loop_.after(world_.random.delay(20, 200), [this, connection] {
    connection->delivering = false;
    std::size_t part = connection->down.size();
    if (part > 0 && world_.random.chance(world_.faults.redis.slices)) part = 1 + world_.random.below(part);
    connection->arrived += connection->down.substr(0, part);
    connection->down.erase(0, part);
    for (std::size_t left = part; left > 0 && !connection->replies.empty();) {
      const std::size_t taken = std::min(left, connection->replies.front());
      left -= taken;
      connection->replies.front() -= taken;
      if (connection->replies.front() > 0) break;
      connection->replies.pop_front();
      if (!connection->waits.empty()) connection->waits.pop_front();
    }
    connection->end_arrived = connection->down.empty() && connection->server_closed;
    update_readiness(*connection);
    deliver(connection);
  });
}

void Redis::update_readiness(const Connection& connection) {
  if (connection.descriptor < 0) return;
  const bool writable = connection.answered && connection.unread.size() + connection.inbox_bytes < kRoom;
  loop_.set_ready(connection.descriptor, !connection.arrived.empty() || connection.end_arrived,
                  writable || connection.end_arrived);
}

void Redis::freeze(Microseconds time) {
  world_.trace.note(loop_.now(), "redis freezes", static_cast<std::uint64_t>(time.count()));
  frozen_ = true;
  loop_.after(time, [this, number = ++freezes_] {
    if (number == freezes_) thaw();
  });
}

void Redis::restart(Microseconds away, Memory memory) {
  world_.trace.note(loop_.now(), "redis restarts", static_cast<std::uint64_t>(memory));
  accepting_ = false;
  for (const auto& [descriptor, connection] : connections_) end(connection);
  if (memory == Memory::kLost) entries_.clear();
  if (memory == Memory::kOld) entries_ = snapshot_;
  loop_.after(away, [this, number = ++restarts_] {
    if (number == restarts_) accepting_ = true;
  });
}

void Redis::fill(Microseconds time) {
  world_.trace.note(loop_.now(), "redis is full");
  full_ = true;
  loop_.after(time, [this, number = ++fillings_] {
    if (number == fillings_) full_ = false;
  });
}

void Redis::heal() {
  full_ = false;
  accepting_ = true;
  thaw();
}

void Redis::thaw() {
  frozen_ = false;
  for (const auto& [descriptor, connection] : connections_) wake(connection);
}

void Redis::check_waits() {
  for (const auto& [descriptor, connection] : connections_) {
    if (!connection->waits.empty() && loop_.now() - connection->waits.front() > kDeadline + kSlack)
      world_.violate("an answer of Redis is waited for longer than 50 ms");
  }
}

}  // namespace portal::simulation
