#include "send/public_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace portal::outside {
namespace {

struct Network {
  std::uint32_t first;
  int bits;
};

constexpr std::uint32_t network(std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0) {
  return a << 24 | b << 16 | c << 8;
}

// IANA's registry of special-purpose addresses.
constexpr std::array kSpecial = {
    Network{network(0), 8},
    Network{network(10), 8},
    Network{network(100, 64), 10},
    Network{network(127), 8},
    Network{network(169, 254), 16},
    Network{network(172, 16), 12},
    Network{network(192, 0, 0), 24},
    Network{network(192, 0, 2), 24},
    Network{network(192, 88, 99), 24},
    Network{network(192, 168), 16},
    Network{network(198, 18), 15},
    Network{network(198, 51, 100), 24},
    Network{network(203, 0, 113), 24},
    Network{network(224), 3},
};

bool is_public_v4(std::uint32_t address) {
  return std::ranges::none_of(
      kSpecial, [address](const Network& special) { return (address ^ special.first) >> (32 - special.bits) == 0; });
}

// Only 2000::/3 is given out; of that not Teredo and the other protocols of 2001::/23, examples, and 6to4.
bool is_public_v6(const in6_addr& address) {
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &address, bytes.size());
  if (bytes[0] >> 5 != 1) return false;
  const std::uint32_t first = std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
                              std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
  const bool is_protocol = first >> 9 == 0x20010000U >> 9;
  const bool is_example = first == 0x20010db8U || first >> 12 == 0x3fff0000U >> 12;
  const bool is_6to4 = first >> 16 == 0x2002U;
  return !is_protocol && !is_example && !is_6to4;
}

}  // namespace

bool is_public(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    return is_public_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    return is_public_v6(v6.sin6_addr);
  }
  return false;
}

}  // namespace portal::outside
