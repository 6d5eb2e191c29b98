// Parameters and rows in PostgreSQL's binary format: every type goes there and comes back.
#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "pg/packed_texts.hpp"
#include "pg/rows.hpp"
#include "support/engine.hpp"

namespace portal::test {
namespace {

using namespace pg::oid;
using namespace std::chrono_literals;

class ValuesTest : public ::testing::Test {
 protected:
  template <class Value>
  pg::Rows echo(pg::Oid type, const Value& value, const std::string& expression = "$1") {
    Answer answer = engine.answer_of(segment(query(engine.statements.add("select " + expression, {type}), value)));
    if (!answer) throw std::runtime_error(answer.error().log_detail);
    return std::move(answer->front());
  }
  Engine engine;
};

TEST_F(ValuesTest, Booleans) {
  EXPECT_TRUE(echo(kBool, true)[0].boolean(0));
  EXPECT_FALSE(echo(kBool, false)[0].boolean(0));
}

TEST_F(ValuesTest, IntegersToTheirEnds) {
  for (const std::int32_t value :
       {0, 1, -1, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()}) {
    EXPECT_EQ(echo(kInt4, value)[0].int32(0), value);
  }
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-2}, std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(echo(kInt8, value)[0].int64(0), value);
  }
}

TEST_F(ValuesTest, FractionsAreRead) { EXPECT_EQ(echo(kInt4, 1, "$1::float8 / 3")[0].float64(0), 1.0 / 3); }

TEST_F(ValuesTest, TextIsLeftAsItIs) {
  for (const std::string& value :
       {std::string(), std::string("O'Neill \"x\" \\ $1; --"), std::string("日本語 🙂"), std::string(100'000, 'y')}) {
    EXPECT_EQ(echo(kText, value)[0].text(0), value);
  }
  EXPECT_EQ(echo(kText, std::string("abc"), "to_json($1)")[0].text(0), "\"abc\"");
}

TEST_F(ValuesTest, WhatTextCannotHoldIsTheClientsFault) {
  for (const std::string& value : {std::string("a\0b", 3), std::string("\xff\xfe"), std::string("\xed\xa0\x80")}) {
    const Answer answer = engine.answer_of(segment(query(engine.statements.add("select $1", {kText}), value)));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kInvalidRequest);
  }
}

TEST_F(ValuesTest, Bytes) {
  std::vector<std::uint8_t> every(256);
  for (std::size_t index = 0; index < every.size(); ++index) every[index] = static_cast<std::uint8_t>(index);
  const pg::Rows rows = echo(kBytea, pg::Bytes(every));
  const pg::Bytes bytes = rows[0].bytes(0);
  EXPECT_TRUE(std::ranges::equal(bytes, every));
  EXPECT_EQ(echo(kBytea, pg::Bytes())[0].bytes(0).size(), 0U);
}

TEST_F(ValuesTest, Json) {
  pg::Parameters parameters;
  parameters.add_jsonb(R"({"a": [1, null, "ä"]})");
  Answer answer = engine.answer_of(segment(pg::Query{engine.statements.add("select $1", {kJsonb}), parameters}));
  ASSERT_TRUE(answer);
  EXPECT_EQ((*answer)[0][0].jsonb(0), R"({"a": [1, null, "ä"]})");
}

TEST_F(ValuesTest, TimesToTheMicrosecondOnBothSidesOfTheirEpochs) {
  using std::chrono::sys_days;
  for (const pg::Timestamp value :
       {pg::Timestamp(), pg::Timestamp(sys_days(2000y / 1 / 1)) - 1us, pg::Timestamp(sys_days(1969y / 12 / 31)) + 1us,
        pg::Timestamp(sys_days(2026y / 11 / 22)) + 15h + 4min + 5s + 678901us}) {
    EXPECT_EQ(echo(kTimestamptz, value)[0].timestamp(0), value);
  }
  EXPECT_EQ(echo(kTimestamptz, pg::Timestamp(sys_days(2024y / 2 / 29)) + 1500ms, "$1::text")[0].text(0),
            "2024-02-29 00:00:01.5+00");
  for (const pg::Date value : {pg::Date(2024y / 2 / 29), pg::Date(1999y / 12 / 31), pg::Date(1970y / 1 / 1)})
    EXPECT_EQ(echo(kDate, value)[0].date(0), value);
  EXPECT_EQ(echo(kDate, pg::Date(2024y / 2 / 29), "$1::text")[0].text(0), "2024-02-29");
}

TEST_F(ValuesTest, Arrays) {
  const std::vector<std::int64_t> numbers = {1, -2, std::numeric_limits<std::int64_t>::max()};
  EXPECT_EQ(echo(kInt8Array, std::span(numbers))[0].int64_array(0), numbers);
  EXPECT_TRUE(echo(kInt8Array, std::span<const std::int64_t>())[0].int64_array(0).empty());
  const std::vector<std::string_view> words = {"", "a,b", "{\"c\"}", "NULL"};
  const pg::Rows rows = echo(kTextArray, std::span(words));
  EXPECT_EQ(rows[0].text_array(0), words);
  EXPECT_EQ(echo(kTextArray, std::span(words), "array_to_string($1, '|')")[0].text(0), "|a,b|{\"c\"}|NULL");
  EXPECT_TRUE(echo(kTextArray, std::span<const std::string_view>())[0].text_array(0).empty());
}

TEST_F(ValuesTest, PackedTextsAreSentAsTheyStand) {
  const std::vector<std::string_view> words = {"a", "", "c,{}", "日本語"};
  pg::PackedTexts packed;
  for (const std::string_view word : words) packed.push_back(word);
  EXPECT_EQ(echo(kTextArray, packed)[0].text_array(0), words);
  const pg::PackedTexts some = packed.without({true, false, false, true});
  EXPECT_EQ(some.count(), 2U);
  EXPECT_EQ(echo(kTextArray, some)[0].text_array(0), (std::vector<std::string_view>{"", "c,{}"}));
  EXPECT_TRUE(echo(kTextArray, packed.without({true, true, true, true}))[0].text_array(0).empty());
}

TEST_F(ValuesTest, NullIsNotEmpty) {
  EXPECT_TRUE(echo(kText, std::optional<std::string>())[0].is_null(0));
  EXPECT_FALSE(echo(kText, std::optional<std::string>(""))[0].is_null(0));
  EXPECT_TRUE(echo(kInt8, std::optional<std::int64_t>())[0].is_null(0));
}

// A column that is read as something else is a mistake of ours, found in tests and never answered with a guess.
TEST_F(ValuesTest, ReadingAColumnAsAnotherTypeThrows) {
  const pg::Rows number = echo(kInt4, 1);
  EXPECT_THROW(number[0].int64(0), std::logic_error);
  EXPECT_THROW(number[0].text(0), std::logic_error);
  EXPECT_THROW(number[0].bytes(0), std::logic_error);
  EXPECT_THROW(number[0].boolean(0), std::logic_error);
  EXPECT_THROW(number[0].jsonb(0), std::logic_error);
  EXPECT_THROW(number[0].int64_array(0), std::logic_error);
  EXPECT_THROW(number[0].int32(1), std::logic_error);
  EXPECT_THROW(number[0].int32(-1), std::logic_error);
  EXPECT_THROW(number[0].is_null(1), std::logic_error);
  EXPECT_THROW(echo(kInt4, std::optional<std::int32_t>())[0].int32(0), std::logic_error);
  EXPECT_THROW(echo(kInt4, 1, "array[array['a']]")[0].text_array(0), std::logic_error);
  EXPECT_THROW(echo(kInt4, 1, "array['a', null]")[0].text_array(0), std::logic_error);
}

TEST_F(ValuesTest, StatementsWithoutRowsSayHowManyTheyTouched) {
  PrivatePostgres::get().execute("drop table if exists touched; create table touched (a int)");
  Answer answer = engine.answer_of(
      segment(query(engine.statements.add("insert into touched select generate_series(1, $1)", {kInt4}), 5),
              query(engine.statements.add("update touched set a = 0 where a > $1", {kInt4}), 9),
              query(engine.statements.add("delete from touched where a > $1", {kInt4}), 2)));
  ASSERT_TRUE(answer);
  EXPECT_EQ((*answer)[0].affected(), 5);
  EXPECT_EQ((*answer)[1].affected(), 0);
  EXPECT_EQ((*answer)[2].affected(), 3);
}

}  // namespace
}  // namespace portal::test
