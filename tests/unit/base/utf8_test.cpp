#include "base/utf8.hpp"

#include <string>

#include <gtest/gtest.h>

namespace portal {
namespace {

using namespace std::string_literals;

struct Case {
  std::string bytes;
  std::size_t valid_bytes;
};

// Table 3-7 of the Unicode standard, at both ends of each row, and one step beyond.
const Case kInvalid[] = {
    {"\0"s, 0},
    {"abc\0def"s, 3},
    {"\x80", 0},
    {"\xBF", 0},
    {"\xC0\xAF", 0},
    {"\xC1\xBF", 0},
    {"\xC2", 0},
    {"\xC2\x7F", 0},
    {"\xDF\xC0", 0},
    {"\xE0\x9F\xBF", 0},
    {"\xE0\xA0", 0},
    {"\xE1\x80\x7F", 0},
    {"\xED\xA0\x80", 0},
    {"\xED\xBF\xBF", 0},
    {"\xEF\xBF", 0},
    {"\xF0\x8F\xBF\xBF", 0},
    {"\xF0\x90\x80", 0},
    {"\xF1\x80\x80\xC0", 0},
    {"\xF4\x90\x80\x80", 0},
    {"\xF5\x80\x80\x80", 0},
    {"\xFE", 0},
    {"\xFF", 0},
    {"12345678\xC3", 8},
    {"1234567\xC3\x28", 7},
    {"\xC3\xA9\xC3", 2},
};

TEST(Utf8, RefusesWhatIsNotValidTextAndTellsWhere) {
  for (const Case& refused : kInvalid) {
    SCOPED_TRACE(testing::PrintToString(refused.bytes));
    EXPECT_FALSE(is_valid_text(refused.bytes));
    EXPECT_EQ(count_code_points(refused.bytes), std::nullopt);
    EXPECT_EQ(count_valid_bytes(refused.bytes), refused.valid_bytes);
  }
}

TEST(Utf8, FindsAFaultAtEveryPlaceOfALongText) {
  for (std::size_t place = 0; place < 40; ++place) {
    for (const char fault : {'\0', '\x80', '\xFF'}) {
      std::string text(40, 'a');
      text[place] = fault;
      EXPECT_EQ(count_valid_bytes(text), place);
    }
  }
}

TEST(Utf8, CountsCodePoints) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("plain text of more than eight bytes"), 35U);
  EXPECT_EQ(count_code_points("\x01\x7F"), 2U);
  EXPECT_EQ(count_code_points("\xC2\x80\xDF\xBF"), 2U);
  EXPECT_EQ(count_code_points("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"), 4U);
  EXPECT_EQ(count_code_points("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"), 2U);
  EXPECT_EQ(count_code_points("Muñoz 12345678 €"), 16U);
}

TEST(Utf8, NamesTheFaultOfAText) {
  constexpr TextLength kLength{.minimum = 2, .maximum = 3};
  EXPECT_EQ(find_text_fault("\xFF", kLength), "invalid_text");
  EXPECT_EQ(find_text_fault("é", kLength), "too_short");
  EXPECT_EQ(find_text_fault("éé", kLength), "");
  EXPECT_EQ(find_text_fault("ééé", kLength), "");
  EXPECT_EQ(find_text_fault("éééé", kLength), "too_long");
}

TEST(Utf8, NeverCutsInsideACodePoint) {
  EXPECT_EQ(truncate_text("abc", 3), "abc");
  EXPECT_EQ(truncate_text("abcd", 3), "abc");
  EXPECT_EQ(truncate_text("aé", 2), "a");
  EXPECT_EQ(truncate_text("a€b", 3), "a");
  EXPECT_EQ(truncate_text("a€b", 4), "a€");
  EXPECT_EQ(truncate_text("\xF0\x9F\x98\x80", 3), "");
}

}  // namespace
}  // namespace portal
