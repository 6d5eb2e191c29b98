#include "redis/address.hpp"

#include <arpa/inet.h>
#include <sys/un.h>

#include <charconv>

namespace portal::redis {
namespace {

constexpr std::string_view kUnix = "unix:";

std::unexpected<Error> refuse(std::string why) { return fail(ErrorCode::kInvalidRequest, std::move(why)); }

bool is_address(int family, const std::string& text) {
  in6_addr ignored;
  return inet_pton(family, text.c_str(), &ignored) == 1;
}

Result<Address> parse_socket(std::string_view path) {
  if (!path.starts_with('/')) return refuse("the path of a socket begins with a slash");
  if (path.size() >= sizeof sockaddr_un::sun_path) return refuse("the path of the socket is too long");
  return Address{.path = std::string(path), .ip = {}, .port = 0};
}

}  // namespace

std::string Address::text() const {
  if (!path.empty()) return std::string(kUnix) + path;
  const std::string host = ip.find(':') == std::string::npos ? ip : "[" + ip + "]";
  return host + ":" + std::to_string(port);
}

Result<Address> parse_address(std::string_view text, Network network) {
  if (text.starts_with(kUnix)) return parse_socket(text.substr(kUnix.size()));
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse("say unix:/path, or an IP address with a port");
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  Address address{.path = {}, .ip = std::string(host), .port = 0};
  if (!is_address(bracketed ? AF_INET6 : AF_INET, address.ip)) {
    return refuse("the host must be an IP address, because names are not resolved in a worker");
  }
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size() || address.port == 0) return refuse("the port is none");
  if (network == Network::kUntrusted) {
    return refuse(
        "what is sent over TCP is neither encrypted nor authenticated: use a unix socket, or say "
        "trusted_network");
  }
  return address;
}

}  // namespace portal::redis
