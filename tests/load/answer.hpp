// What the clients of the load kit have in common: a connection to this machine, and where an answer ends.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace portal::load {

inline constexpr std::string_view kEndOfHead = "\r\n\r\n";

// With what errno says.
[[noreturn]] inline void give_up(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

template <typename Number>
Number number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    errno = EINVAL;
    give_up("an argument");
  }
  return number;
}

// A blocking socket.
inline int connect_to_loopback(std::uint16_t port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  if (descriptor < 0) give_up("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) give_up("connect");
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return descriptor;
}

// The status of a whole answer with Content-Length; 0: there is more to come.
inline int status_of_whole(std::string_view received) {
  const std::size_t end = received.find(kEndOfHead);
  if (end == std::string_view::npos) return 0;
  const int status = number_of<int>(received.substr(9, 3));
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t place = received.substr(0, end).find(kLength);
  std::size_t length = 0;
  if (place != std::string_view::npos) {
    const std::string_view rest = received.substr(place + kLength.size());
    length = number_of<std::size_t>(rest.substr(0, rest.find('\r')));
  }
  return received.size() >= end + kEndOfHead.size() + length ? status : 0;
}

}  // namespace portal::load
