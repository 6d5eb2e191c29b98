#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::redis {

// Where Redis is: a unix socket, or an IP address with a port. Names are not resolved in a worker.
struct Address {
  std::string path;  // of the socket; empty: TCP
  std::string ip;
  std::uint16_t port = 0;

  std::string text() const;
};

enum class Network : std::uint8_t { kUntrusted, kTrusted };

// "unix:/run/redis/redis.sock", "10.0.0.5:6379", "[fd00::5]:6379". What is sent over TCP is neither encrypted nor
// authenticated, so it needs the operator's word that the network is trusted. The error's log_detail says what is
// wrong.
Result<Address> parse_address(std::string_view text, Network network);

}  // namespace portal::redis
