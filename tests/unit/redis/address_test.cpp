#include "redis/address.hpp"

#include <gtest/gtest.h>

namespace portal::redis {
namespace {

std::string parsed(std::string_view text, Network network = Network::kTrusted) {
  const Result<Address> address = parse_address(text, network);
  return address ? address->text() : address.error().log_detail;
}

TEST(RedisAddressTest, SocketsAndAddresses) {
  EXPECT_EQ(parsed("unix:/run/redis/redis.sock", Network::kUntrusted), "unix:/run/redis/redis.sock");
  EXPECT_EQ(parsed("10.0.0.5:6379"), "10.0.0.5:6379");
  EXPECT_EQ(parsed("[fd00::5]:6379"), "[fd00::5]:6379");
}

TEST(RedisAddressTest, WhatIsNotEncryptedNeedsAWord) {
  EXPECT_NE(parsed("10.0.0.5:6379", Network::kUntrusted).find("trusted_network"), std::string::npos);
  EXPECT_NE(parsed("127.0.0.1:6379", Network::kUntrusted).find("trusted_network"), std::string::npos);
}

TEST(RedisAddressTest, NamesAreNotResolved) {
  for (const char* text : {"redis.example.com:6379", "localhost:6379", "fd00::5:6379", "[10.0.0.5]:6379", ":6379",
                           "10.0.0:6379", "10.0.0.5/8:6379"}) {
    EXPECT_NE(parsed(text).find("IP address"), std::string::npos) << text;
  }
}

TEST(RedisAddressTest, WhatIsNoAddress) {
  EXPECT_FALSE(parse_address("", Network::kTrusted));
  EXPECT_FALSE(parse_address("10.0.0.5", Network::kTrusted));
  for (const char* text : {"10.0.0.5:", "10.0.0.5:0", "10.0.0.5:65536", "10.0.0.5:6379x", "10.0.0.5:-1"}) {
    EXPECT_EQ(parsed(text), "the port is none") << text;
  }
  EXPECT_FALSE(parse_address("unix:relative.sock", Network::kTrusted));
  EXPECT_FALSE(parse_address("unix:/" + std::string(200, 'x'), Network::kTrusted));
}

}  // namespace
}  // namespace portal::redis
