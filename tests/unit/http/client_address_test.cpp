#include "http/client_address.hpp"

#include <gtest/gtest.h>

namespace portal::http {
namespace {

TEST(NetworkOf, Ipv4IsTakenWhole) {
  EXPECT_NE(network_of("192.0.2.1"), network_of("192.0.2.2"));
  EXPECT_EQ(network_of("192.0.2.1"), network_of("::ffff:192.0.2.1"));
  EXPECT_NE(network_of("::ffff:192.0.2.1"), network_of("::ffff:192.0.2.2"));
}

// SECURITY R40
TEST(NetworkOf, Ipv6CountsBy64) {
  EXPECT_EQ(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
  EXPECT_EQ(network_of("fe80::1%eth0"), network_of("fe80::2"));
  EXPECT_NE(network_of("::1"), network_of("127.0.0.1"));
}

TEST(NetworkOf, UnixSocketsTellNobodyApart) {
  EXPECT_EQ(network_of("unix:"), "");
  EXPECT_EQ(network_of("unix:/run/nginx.sock"), "");
  EXPECT_EQ(network_of("something"), "something");
}

}  // namespace
}  // namespace portal::http
