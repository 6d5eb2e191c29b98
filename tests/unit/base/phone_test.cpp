#include "base/phone.hpp"

#include <gtest/gtest.h>

namespace portal {
namespace {

TEST(Phone, TakesAwayWhatIsWrittenForTheEye) {
  EXPECT_EQ(compact_phone("+44 20 7946-0101"), "+442079460101");
  EXPECT_EQ(compact_phone("0044 (20) 7946.0101"), "+442079460101");
  EXPECT_EQ(compact_phone("(020) 7946/0101"), "02079460101");
  EXPECT_EQ(compact_phone("112"), "112");
  EXPECT_EQ(compact_phone("123456789012345"), "123456789012345");
}

TEST(Phone, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "12", "+", "+12", "1234567890123456", "12+345", "++44123", "call 12345", "12345;ext=1",
                           "12\n345", "\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4"}) {
    EXPECT_EQ(compact_phone(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace portal
