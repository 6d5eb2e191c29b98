#include "layouts/sms.hpp"

#include <gtest/gtest.h>

namespace portal::layouts {
namespace {

std::string size_of(const std::string& text) {
  const SmsSize size = measure_sms(text);
  return (size.encoding == SmsEncoding::kGsm7 ? "gsm7 " : "ucs2 ") + std::to_string(size.characters) + " in " +
         std::to_string(size.segments);
}

std::string times(int count, std::string_view text) {
  std::string result;
  for (int turn = 0; turn < count; ++turn) result += text;
  return result;
}

TEST(Sms, CountsTheGsmAlphabet) {
  EXPECT_EQ(size_of(""), "gsm7 0 in 0");
  EXPECT_EQ(size_of("Hello ¡Ñandú? à £ Ω\n"), "ucs2 20 in 1");  // ú is not in the alphabet
  EXPECT_EQ(size_of("Hello ¡Ñandu? à £ Ω\n"), "gsm7 20 in 1");
  EXPECT_EQ(size_of(times(160, "a")), "gsm7 160 in 1");
  EXPECT_EQ(size_of(times(161, "a")), "gsm7 161 in 2");
  EXPECT_EQ(size_of(times(306, "a")), "gsm7 306 in 2");
  EXPECT_EQ(size_of(times(307, "a")), "gsm7 307 in 3");
}

TEST(Sms, WhatIsEscapedCountsTwiceAndIsNotCut) {
  EXPECT_EQ(size_of("€"), "gsm7 2 in 1");
  EXPECT_EQ(size_of("[]{}\\^~|"), "gsm7 16 in 1");
  EXPECT_EQ(size_of(times(80, "€")), "gsm7 160 in 1");
  EXPECT_EQ(size_of(times(81, "€")), "gsm7 162 in 2");
  // 152 and then an escaped one: it would end at 154, so it begins the next.
  EXPECT_EQ(size_of(times(152, "a") + "€" + times(151, "a")), "gsm7 305 in 2");
  EXPECT_EQ(size_of(times(152, "a") + "€" + times(152, "a")), "gsm7 306 in 3");
}

TEST(Sms, CountsUnitsOfUtf16AndCutsNoPair) {
  EXPECT_EQ(size_of(times(70, "ж")), "ucs2 70 in 1");
  EXPECT_EQ(size_of(times(71, "ж")), "ucs2 71 in 2");
  EXPECT_EQ(size_of(times(134, "ж")), "ucs2 134 in 2");
  EXPECT_EQ(size_of(times(135, "ж")), "ucs2 135 in 3");
  EXPECT_EQ(size_of("\U0001F600"), "ucs2 2 in 1");
  EXPECT_EQ(size_of(times(35, "\U0001F600")), "ucs2 70 in 1");
  EXPECT_EQ(size_of(times(36, "\U0001F600")), "ucs2 72 in 2");
  // 66 and then a pair: it would end at 68.
  EXPECT_EQ(size_of(times(66, "ж") + "\U0001F600" + times(65, "ж")), "ucs2 133 in 2");
  EXPECT_EQ(size_of(times(66, "ж") + "\U0001F600" + times(66, "ж")), "ucs2 134 in 3");
  EXPECT_EQ(size_of("`"), "ucs2 1 in 1");
}

}  // namespace
}  // namespace portal::layouts
