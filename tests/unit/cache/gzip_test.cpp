#include "cache/gzip.hpp"

#include <gtest/gtest.h>

#include <zlib.h>

namespace portal::test {
namespace {

std::string unpack(std::string_view packed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string plain(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  plain.resize(stream.total_out);
  inflateEnd(&stream);
  return plain;
}

TEST(Gzip, WhatIsCompressedIsTheSameAgain) {
  cache::Gzip gzip;
  for (const int words : {200, 20'000, 400}) {
    std::string text;
    for (int word = 0; word < words; ++word) text += "word " + std::to_string(word % 97) + ", ";
    const std::string_view packed = gzip.compress(text);
    ASSERT_FALSE(packed.empty());
    EXPECT_LT(packed.size(), text.size() / 2);
    EXPECT_EQ(unpack(packed), text);
  }
}

TEST(Gzip, SaysWhenItIsNotWorthIt) {
  cache::Gzip gzip;
  EXPECT_TRUE(gzip.compress("").empty());
  EXPECT_TRUE(gzip.compress(std::string(500, 'a')).empty());
  std::string noise(4000, '\0');
  std::uint32_t state = 1;
  for (char& byte : noise) byte = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
  EXPECT_TRUE(gzip.compress(noise).empty());
  EXPECT_FALSE(gzip.compress(std::string(4000, 'a')).empty()) << "and goes on afterwards";
}

TEST(AcceptsGzip, AsTheHeaderSays) {
  for (const std::string_view yes : {"gzip", "gzip, deflate, br", "deflate,gzip", "br;q=1.0, gzip;q=0.8", "x-gzip", "*",
                                     "GZIP", "gzip;q=1", "identity;q=0.5, *", "gzip ; q=0.001"})
    EXPECT_TRUE(cache::accepts_gzip(yes)) << yes;
  for (const std::string_view no :
       {"", "br", "identity", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip; q=0, *", "gzipped", "deflate, br"})
    EXPECT_FALSE(cache::accepts_gzip(no)) << no;
}

}  // namespace
}  // namespace portal::test
