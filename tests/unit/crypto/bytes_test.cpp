#include "crypto/bytes.hpp"

#include <gtest/gtest.h>

namespace portal::crypto {
namespace {

std::optional<std::string> as_text(const std::optional<std::vector<std::uint8_t>>& bytes) {
  return bytes ? std::optional(std::string(text_of(*bytes))) : std::nullopt;
}

TEST(Base64, IsThatOfRfc4648) {
  struct Case {
    std::string_view plain;
    std::string_view encoded;  // RFC 4648 section 10, without the padding
  };
  for (const Case& vector : {Case{"", ""}, Case{"f", "Zg"}, Case{"fo", "Zm8"}, Case{"foo", "Zm9v"},
                             Case{"foob", "Zm9vYg"}, Case{"fooba", "Zm9vYmE"}, Case{"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(encode_base64url(bytes_of(vector.plain)), vector.encoded);
    EXPECT_EQ(encode_base64(bytes_of(vector.plain)), vector.encoded);
    EXPECT_EQ(as_text(decode_base64url(vector.encoded)), vector.plain);
    EXPECT_EQ(as_text(decode_base64(vector.encoded)), vector.plain);
  }
}

TEST(Base64, AlphabetsDifferInTwoCharacters) {
  const std::vector<std::uint8_t> bytes = {0xFB, 0xEF, 0xFF};
  EXPECT_EQ(encode_base64url(bytes), "--__");
  EXPECT_EQ(encode_base64(bytes), "++//");
  EXPECT_EQ(decode_base64url("--__"), bytes);
  EXPECT_EQ(decode_base64("++//"), bytes);
  EXPECT_EQ(decode_base64url("++//"), std::nullopt);
  EXPECT_EQ(decode_base64("--__"), std::nullopt);
}

TEST(Base64, EachValueHasOneText) {
  for (const char* text : {"Z", "Zm9vY", "Zg==", "Zh", "Zm9", "Zm 9v", "Zm9v\n", "Zm9!", "\xC3\xA9", "Z+g"}) {
    EXPECT_EQ(decode_base64url(text), std::nullopt) << text;
  }
  EXPECT_EQ(decode_base64url(std::string_view("Zg\0", 3)), std::nullopt);
}

TEST(Base64, FindsAWrongCharacterAtEachPlace) {
  std::array<std::uint8_t, 32> bytes;
  const std::string token(43, 'A');
  EXPECT_TRUE(decode_base64url(token, bytes));
  for (std::size_t place = 0; place < token.size(); ++place) {
    for (const char wrong : {'+', '=', ' ', '\0', '\x80', '\xFF'}) {
      std::string other = token;
      other[place] = wrong;
      EXPECT_FALSE(decode_base64url(other, bytes)) << place;
    }
  }
  for (const std::size_t size : {0U, 40U, 42U, 44U, 48U})
    EXPECT_FALSE(decode_base64url(std::string(size, 'A'), bytes)) << size;
}

TEST(Base64, ReadsBackEveryByte) {
  std::vector<std::uint8_t> bytes;
  for (int value = 0; value < 256; ++value) {
    bytes.push_back(static_cast<std::uint8_t>(value));
    EXPECT_EQ(decode_base64url(encode_base64url(bytes)), bytes);
  }
}

TEST(Hex, IsLowerCaseAndWhole) {
  const std::vector<std::uint8_t> bytes = {0x00, 0x0F, 0xA5, 0xFF};
  EXPECT_EQ(encode_hex(bytes), "000fa5ff");
  EXPECT_EQ(decode_hex("000fa5ff"), bytes);
  for (const char* text : {"0", "000", "0g", "FF", " 0", "0x"}) EXPECT_EQ(decode_hex(text), std::nullopt) << text;
}

TEST(ConstantTimeEqual, ComparesAllBytesAndLengths) {
  EXPECT_TRUE(constant_time_equal(bytes_of("abc"), bytes_of("abc")));
  EXPECT_TRUE(constant_time_equal(bytes_of(""), bytes_of("")));
  EXPECT_FALSE(constant_time_equal(bytes_of("abc"), bytes_of("abd")));
  EXPECT_FALSE(constant_time_equal(bytes_of("abc"), bytes_of("Abc")));
  EXPECT_FALSE(constant_time_equal(bytes_of("abc"), bytes_of("ab")));
}

}  // namespace
}  // namespace portal::crypto
