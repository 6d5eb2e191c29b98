#include "json/scanner.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace portal::json {
namespace {

// As PostgreSQL writes jsonb: one blank after colon and comma.
constexpr std::string_view kObject =
    R"({"a": 1, "bc": "x, \"y\": }", "deep": {"a": [1, {"b": "]"}], "c": {}}, "list": [1, "2", [3]], "null": null, "é\"k": true})";

TEST(JsonScanner, FindsValuesAtTheTopLevelOnly) {
  EXPECT_EQ(find_member(kObject, "a"), "1");
  EXPECT_EQ(find_member(kObject, "bc"), R"("x, \"y\": }")");
  EXPECT_EQ(find_member(kObject, "deep"), R"({"a": [1, {"b": "]"}], "c": {}})");
  EXPECT_EQ(find_member(kObject, "list"), R"([1, "2", [3]])");
  EXPECT_EQ(find_member(kObject, "null"), "null");
  EXPECT_EQ(find_member(kObject, "é\"k"), "true");
  for (const char* absent : {"", "b", "c", "y", "A", "\"a\""})
    EXPECT_EQ(find_member(kObject, absent), std::nullopt) << absent;
  EXPECT_EQ(find_member("{}", "a"), std::nullopt);
  EXPECT_EQ(find_member("{ }", "a"), std::nullopt);
  EXPECT_EQ(find_member(R"({"a":1})", "a"), "1");
}

TEST(JsonScanner, WalksMembersInOrder) {
  ObjectScanner scanner(kObject);
  std::vector<std::string> keys;
  while (const std::optional<Member> member = scanner.next()) keys.emplace_back(member->escaped_key);
  EXPECT_EQ(keys, (std::vector<std::string>{"a", "bc", "deep", "list", "null", "é\\\"k"}));
}

TEST(JsonScanner, WalksElementsInOrder) {
  ArrayScanner scanner(R"([1, "a,]", {"x": [2]}, [], null])");
  std::vector<std::string> elements;
  while (const std::optional<std::string_view> element = scanner.next()) elements.emplace_back(*element);
  EXPECT_EQ(elements, (std::vector<std::string>{"1", R"("a,]")", R"({"x": [2]})", "[]", "null"}));
  EXPECT_EQ(ArrayScanner("[]").next(), std::nullopt);
}

TEST(JsonScanner, GivesNothingFromWhatIsNotJson) {
  for (const char* text :
       {"", "a", "[1]", "\"a\"", "{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\": ", "{\"a\": \"", "{\"a\": \"\\",
        "{\"a\": [", "{\"a\": [\"", "{\"a\": {\"b\": 1", "{\"a\" 1}", "{a: 1}", "{1: 1}", "{\"a\": }"}) {
    EXPECT_EQ(find_member(text, "a"), std::nullopt) << text;
  }
  for (const char* text : {"", "[", "[,", "[[", "[\"", "{}"})
    EXPECT_EQ(ArrayScanner(text).next(), std::nullopt) << text;
}

TEST(JsonScanner, StaysAtTheEnd) {
  ObjectScanner scanner(R"({"a": 1})");
  EXPECT_TRUE(scanner.next());
  EXPECT_FALSE(scanner.next());
  EXPECT_FALSE(scanner.next());
}

TEST(JsonScanner, ReadsSimpleValues) {
  EXPECT_TRUE(is_null("null"));
  EXPECT_FALSE(is_null("\"null\""));
  EXPECT_EQ(read_boolean("true"), true);
  EXPECT_EQ(read_boolean("false"), false);
  EXPECT_EQ(read_boolean("1"), std::nullopt);
  EXPECT_EQ(read_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  for (const char* text : {"", "1.0", "1e2", "9223372036854775808", "\"1\"", "1 ", "null"}) {
    EXPECT_EQ(read_integer(text), std::nullopt) << text;
  }
}

TEST(JsonScanner, ReadsTextWithItsEscapes) {
  EXPECT_EQ(read_text("\"\""), "");
  EXPECT_EQ(read_text(R"("a\"\\\/\b\f\n\r\tz")"), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(read_text(R"("\u0041\u00e9\u20AC\ud83d\ude00")"), "Aé€😀");
  EXPECT_EQ(read_text(R"("\u0001")"), "\x01");
  for (const char* text : {"", "\"", "a", "1", R"("\x")", R"("\)", R"("\u12")", R"("\u12g4")", R"("\ud800")",
                           R"("\ud800\u0041")", R"("\udc00")", R"("\ud800x")"}) {
    EXPECT_EQ(read_text(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace portal::json
