#include "http/query.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace portal::http {
namespace {

QueryReader read(std::string_view query) {
  Result<QueryReader> reader = QueryReader::parse(query);
  if (!reader) throw std::runtime_error("the query was refused");
  return std::move(*reader);
}

// "code pointer:code pointer:code", so that a table can hold it.
std::string describe(const Error& error) {
  std::string text(properties_of(error.code).problem_code);
  for (const FieldError& field : error.fields) text += " " + field.pointer + ":" + field.code;
  return text;
}

std::string finish(QueryReader& reader) {
  const Result<void> result = reader.finish();
  return result ? "valid" : describe(result.error());
}

TEST(Query, DecodesComponents) {
  EXPECT_EQ(decode_query_component("a+b%20c%2Bd"), "a b c+d");
  EXPECT_EQ(decode_query_component("%C3%A9%e2%82%ac"), "é€");
  EXPECT_EQ(decode_query_component(""), "");
  for (const char* text : {"%", "%4", "%zz", "%4g", "abc%", "%FF", "%00", "%C3", "%ED%A0%80", "\xFF", "% 41", "%-1"}) {
    EXPECT_EQ(decode_query_component(text), std::nullopt) << text;
  }
}

TEST(Query, ReadsEachTypeByName) {
  constexpr Choice<int> kChoices[] = {{"one", 1}, {"two", 2}};
  QueryReader reader = read("q=roof+repair&limit=20&site=7&from=2026-11-22&counts=true&state=two&&");
  EXPECT_EQ(reader.text("q", {.maximum = 100}), "roof repair");
  EXPECT_EQ(reader.integer("limit", 1, 100), 20);
  EXPECT_EQ(reader.id("site"), 7);
  EXPECT_EQ(reader.date("from"), parse_date("2026-11-22"));
  EXPECT_EQ(reader.boolean("counts"), true);
  EXPECT_EQ(reader.choice("state", kChoices), 2);
  EXPECT_EQ(reader.text("absent", {.maximum = 100}), std::nullopt);
  EXPECT_EQ(finish(reader), "valid");
}

TEST(Query, TellsEveryFieldThatIsWrong) {
  constexpr Choice<int> kChoices[] = {{"one", 1}};
  struct Case {
    std::string query;
    std::string outcome;
  };
  const Case cases[] = {
      {"q=", "invalid_field /query/q:too_short"},
      {"q", "invalid_field /query/q:too_short"},
      {"q=ééééé", "invalid_field /query/q:too_long"},
      {"limit=0", "invalid_field /query/limit:out_of_range"},
      {"limit=101", "invalid_field /query/limit:out_of_range"},
      {"limit=-1", "invalid_field /query/limit:out_of_range"},
      {"limit=99999999999999999999", "invalid_field /query/limit:out_of_range"},
      {"limit=", "invalid_field /query/limit:invalid_type"},
      {"limit=1x", "invalid_field /query/limit:invalid_type"},
      {"limit=99999999999999999999x", "invalid_field /query/limit:invalid_type"},
      {"limit=+1", "invalid_field /query/limit:invalid_type"},
      {"limit=1.5", "invalid_field /query/limit:invalid_type"},
      {"site=0", "invalid_field /query/site:invalid_id"},
      {"site=x", "invalid_field /query/site:invalid_id"},
      {"from=2026-02-30", "invalid_field /query/from:invalid_date"},
      {"counts=1", "invalid_field /query/counts:invalid_choice"},
      {"state=ONE", "invalid_field /query/state:invalid_choice"},
      {"state=", "invalid_field /query/state:invalid_choice"},
      {"limit=0&site=0", "invalid_field /query/limit:out_of_range /query/site:invalid_id"},
      {"colour=red", "unknown_parameter /query/colour:unknown_field"},
      {"Q=a", "unknown_parameter /query/Q:unknown_field"},
      {"=a", "unknown_parameter /query/:unknown_field"},
      {"limit=0&a%2Fb=1", "unknown_parameter /query/limit:out_of_range /query/a~1b:unknown_field"},
  };
  for (const Case& refused : cases) {
    SCOPED_TRACE(refused.query);
    QueryReader reader = read(refused.query);
    EXPECT_FALSE(reader.text("q", {.maximum = 4}));
    EXPECT_FALSE(reader.integer("limit", 1, 100));
    EXPECT_FALSE(reader.id("site"));
    EXPECT_FALSE(reader.date("from"));
    EXPECT_FALSE(reader.boolean("counts"));
    EXPECT_FALSE(reader.choice("state", kChoices));
    EXPECT_EQ(finish(reader), refused.outcome);
  }
}

TEST(Query, TellsWhatTheCallerFoundWrong) {
  QueryReader reader = read("");
  reader.add_error("to", "before_from");
  EXPECT_EQ(finish(reader), "invalid_field /query/to:before_from");
}

TEST(Query, RefusesWhatCannotBeRead) {
  const auto outcome = [](std::string_view query) {
    const Result<QueryReader> reader = QueryReader::parse(query);
    return reader ? "valid" : describe(reader.error());
  };
  EXPECT_EQ(outcome("a=1&a=2"), "invalid_field /query/a:duplicate");
  EXPECT_EQ(outcome("a=1&%61=2"), "invalid_field /query/a:duplicate");
  EXPECT_EQ(outcome("a=%FF"), "invalid_field /query/a:invalid_text");
  EXPECT_EQ(outcome("%FF=a"), "invalid_request /query:invalid_text");
  EXPECT_EQ(outcome("a=b=c"), "valid");

  const std::string longest = "q=" + std::string(limits::kQueryBytes - 2, 'x');
  EXPECT_EQ(outcome(longest), "valid");
  EXPECT_EQ(outcome(longest + "x"), "uri_too_long");

  std::string many;
  for (std::size_t index = 0; index < limits::kQueryParameters; ++index) many += "p" + std::to_string(index) + "=1&";
  EXPECT_EQ(outcome(many), "valid");
  EXPECT_EQ(outcome(many + "more=1"), "invalid_request /query:too_long");
}

}  // namespace
}  // namespace portal::http
