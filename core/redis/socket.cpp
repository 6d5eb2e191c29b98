#include "redis/socket.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace portal::redis {
namespace {

struct SocketAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  int family = AF_UNIX;
};

std::unexpected<Error> refuse(int number) {
  return fail(ErrorCode::kCacheUnavailable, std::system_category().message(number));
}

// The parts were checked when the address was parsed.
SocketAddress resolve(const Address& address) {
  SocketAddress resolved;
  if (!address.path.empty()) {
    auto* name = reinterpret_cast<sockaddr_un*>(&resolved.bytes);
    name->sun_family = AF_UNIX;
    address.path.copy(name->sun_path, sizeof name->sun_path - 1);
    resolved.size = sizeof *name;
    return resolved;
  }
  auto* four = reinterpret_cast<sockaddr_in*>(&resolved.bytes);
  if (inet_pton(AF_INET, address.ip.c_str(), &four->sin_addr) == 1) {
    resolved.family = AF_INET;
    four->sin_family = AF_INET;
    four->sin_port = htons(address.port);
    resolved.size = sizeof *four;
    return resolved;
  }
  auto* six = reinterpret_cast<sockaddr_in6*>(&resolved.bytes);
  resolved.family = AF_INET6;
  six->sin6_family = AF_INET6;
  six->sin6_port = htons(address.port);
  inet_pton(AF_INET6, address.ip.c_str(), &six->sin6_addr);
  resolved.size = sizeof *six;
  return resolved;
}

}  // namespace

Result<Socket> Socket::connect(const Address& address) {
  const SocketAddress resolved = resolve(address);
  Socket made(socket(resolved.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (made.descriptor_ < 0) return refuse(errno);
  if (resolved.family != AF_UNIX) {
    const int on = 1;
    setsockopt(made.descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  // A unix socket is connected at once or not at all: EAGAIN says that the server's queue is full.
  if (::connect(made.descriptor_, reinterpret_cast<const sockaddr*>(&resolved.bytes), resolved.size) != 0 &&
      errno != EINPROGRESS) {
    return refuse(errno);
  }
  return made;
}

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

Socket::~Socket() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<void> Socket::finished() const {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return refuse(errno);
  if (error != 0) return refuse(error);
  return {};
}

Result<std::size_t> Socket::send(std::string_view bytes) const {
  const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EINTR) return 0;
  return refuse(errno);
}

Result<std::size_t> Socket::receive(std::span<char> room) const {
  const ssize_t got = recv(descriptor_, room.data(), room.size(), 0);
  if (got > 0) return static_cast<std::size_t>(got);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  return got == 0 ? fail(ErrorCode::kCacheUnavailable, "closed by the server") : refuse(errno);
}

}  // namespace portal::redis
