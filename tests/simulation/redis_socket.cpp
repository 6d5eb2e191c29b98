// The sockets of core/redis, whose other end is the simulated Redis. The linker takes these before the core's own.
#include "redis/socket.hpp"

#include <utility>

#include "fake_redis.hpp"

namespace portal::redis {
namespace {

std::unexpected<Error> refuse() { return fail(ErrorCode::kCacheUnavailable, "simulated"); }

}  // namespace

Result<Socket> Socket::connect(const Address& /*address*/) {
  Socket made(simulation::the_redis->open());
  if (made.descriptor_ < 0) return refuse();
  return made;
}

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    if (descriptor_ >= 0) simulation::the_redis->close(descriptor_);
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

Socket::~Socket() {
  if (descriptor_ >= 0) simulation::the_redis->close(descriptor_);
}

Result<void> Socket::finished() const {
  if (!simulation::the_redis->connected(descriptor_)) return refuse();
  return {};
}

Result<std::size_t> Socket::send(std::string_view bytes) const {
  const std::optional<std::size_t> sent = simulation::the_redis->send(descriptor_, bytes);
  if (!sent) return refuse();
  return *sent;
}

Result<std::size_t> Socket::receive(std::span<char> room) const {
  const std::optional<std::size_t> got = simulation::the_redis->receive(descriptor_, room);
  if (!got) return refuse();
  return *got;
}

}  // namespace portal::redis
