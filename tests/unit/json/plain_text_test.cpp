#include "json/plain_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace portal::json {
namespace {

TEST(PlainText, KnowsControls) {
  for (const std::string text : {"\a", "a\x1b[31m", "a\x7f", "\xc2\x80", "a\xc2\x9f"}) {
    EXPECT_TRUE(has_control(text)) << text;
    EXPECT_TRUE(has_control_in_lines(text)) << text;
  }
  for (const std::string text : {"a\nb", "a\r\nb", "a\tb"}) {
    EXPECT_TRUE(has_control(text)) << text;
    EXPECT_FALSE(has_control_in_lines(text)) << text;
  }
  // U+00A0, and letters of which a later byte looks like one of C1.
  for (const std::string text : {"", " ", "a\xc2\xa0", "\xc3\x80", "\xe2\x82\xac"}) {
    EXPECT_FALSE(has_control(text)) << text;
    EXPECT_FALSE(has_control_in_lines(text)) << text;
  }
}

TEST(PlainText, TakesBlanksOffTheEnds) {
  EXPECT_EQ(without_blanks("  a b "), "a b");
  EXPECT_EQ(without_blanks("   "), "");
  EXPECT_EQ(without_blanks(""), "");
}

}  // namespace
}  // namespace portal::json
