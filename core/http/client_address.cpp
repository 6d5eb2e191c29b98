#include "http/client_address.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstring>

namespace portal::http {
namespace {

constexpr std::array<unsigned char, 12> kMappedIpv4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t kNetworkBytes = 8;

}  // namespace

std::string network_of(std::string_view address) {
  if (address.starts_with("unix:")) return {};
  const std::string text(address.substr(0, address.find('%')));
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return std::string("4").append(bytes.data(), 4);
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  if (std::memcmp(bytes.data(), kMappedIpv4.data(), kMappedIpv4.size()) == 0) {
    return std::string("4").append(bytes.data() + kMappedIpv4.size(), 4);
  }
  return std::string("6").append(bytes.data(), kNetworkBytes);
}

}  // namespace portal::http
