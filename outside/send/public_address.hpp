// Which addresses anybody may be sent to: those of the internet, and not those that only this machine and its
// neighbours reach.
#pragma once

struct sockaddr;

namespace portal::outside {

// False for loopback, private and link-local addresses, for those with a special purpose (RFC 6890), and for IPv6
// addresses that stand for one of IPv4.
bool is_public(const sockaddr* address);

}  // namespace portal::outside
