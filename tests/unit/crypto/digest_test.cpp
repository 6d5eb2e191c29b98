#include "crypto/digest.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace portal::crypto {
namespace {

std::vector<std::uint8_t> hex(std::string_view text) { return decode_hex(text).value(); }

// FIPS 180-2, appendix B.
TEST(Sha256, IsThatOfFips180) {
  EXPECT_EQ(encode_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(encode_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(encode_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(encode_hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(HmacSha256, IsThatOfRfc4231) {
  struct Case {
    std::vector<std::uint8_t> key;
    std::string data;
    std::string_view tag;
  };
  const std::vector<std::uint8_t> long_key(131, 0xAA);
  const Case cases[] = {
      {std::vector<std::uint8_t>(20, 0x0B), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {hex("4a656665"), "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::vector<std::uint8_t>(20, 0xAA), std::string(50, '\xDD'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xCD'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {long_key, "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {long_key,
       "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
       "hashed before being "
       "used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
  for (const Case& vector : cases) EXPECT_EQ(encode_hex(hmac_sha256(vector.key, bytes_of(vector.data))), vector.tag);
}

TEST(HmacSha256, PartsAreOneTextAndCallsKeepNothing) {
  const Digest whole = hmac_sha256(bytes_of("key"), bytes_of("abcdef"));
  EXPECT_EQ(hmac_sha256(bytes_of("key"), {bytes_of("abc"), Bytes(), bytes_of("def")}), whole);
  // An empty key is a key, not the key of the call before.
  EXPECT_NE(hmac_sha256(Bytes(), bytes_of("abcdef")), whole);
  EXPECT_EQ(encode_hex(hmac_sha256(Bytes(), Bytes())),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Digest, WorksOnEveryThread) {
  std::vector<std::thread> threads;
  std::vector<Digest> digests(4);
  for (Digest& digest : digests) {
    threads.emplace_back([&digest] {
      for (int round = 0; round < 200; ++round) digest = hmac_sha256(sha256("key"), sha256("text"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Digest& digest : digests) EXPECT_EQ(digest, hmac_sha256(sha256("key"), sha256("text")));
}

TEST(Context, NoTwoListsOfPartsAreAlike) {
  const auto bytes = [](const Context& context) { return std::string(text_of(context.bytes())); };
  EXPECT_NE(bytes(Context("ab").add("c")), bytes(Context("a").add("bc")));
  EXPECT_NE(bytes(Context("a").add("")), bytes(Context("a")));
  EXPECT_NE(bytes(Context("a").add(1)), bytes(Context("a").add("1")));
  EXPECT_NE(bytes(Context("a").add(1)), bytes(Context("a").add(-1)));
  EXPECT_EQ(bytes(Context("a").add(1).add("x")), bytes(Context("a").add(1).add("x")));
}

}  // namespace
}  // namespace portal::crypto
