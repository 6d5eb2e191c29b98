#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"
#include "redis/address.hpp"

namespace portal::redis {

// A socket that never blocks and raises no signal.
class Socket {
 public:
  // Begins to connect; finished() says how that ended, once the socket can be written to.
  static Result<Socket> connect(const Address& address);
  Socket() = default;
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  int descriptor() const { return descriptor_; }
  Result<void> finished() const;
  // How many bytes went; 0 when there is no room at the moment.
  Result<std::size_t> send(std::string_view bytes) const;
  // How many bytes came; 0 when there are none at the moment. The end is an error.
  Result<std::size_t> receive(std::span<char> room) const;

 private:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

}  // namespace portal::redis
