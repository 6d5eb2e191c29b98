#include "json/reader.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace portal::json {
namespace {

using namespace std::string_literals;

enum class Colour : std::uint8_t { kNone, kRed, kBlue };
constexpr Choice<Colour> kColours[] = {{"red", Colour::kRed}, {"blue", Colour::kBlue}};

std::string describe(const Error& error) {
  std::string text(properties_of(error.code).problem_code);
  for (const FieldError& field : error.fields) text += " " + field.pointer + ":" + field.code;
  return text;
}

std::string outcome(std::string_view text) {
  const Result<Document> document = parse(text);
  return document ? "valid" : describe(document.error());
}

Document read(std::string_view text) {
  Result<Document> document = parse(text);
  if (!document) throw std::runtime_error(describe(document.error()));
  return std::move(*document);
}

std::string finish(ObjectReader& reader) {
  const Result<void> result = reader.finish();
  return result ? "valid" : describe(result.error());
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonReader, RefusesWhatIsNotJsonAndTellsWhere) {
  struct Case {
    std::string text;
    std::string outcome;
  };
  const Case cases[] = {
      {"", "invalid_json @0:invalid_syntax"},
      {"   ", "invalid_json @3:invalid_syntax"},
      {"{", "invalid_json @1:invalid_syntax"},
      {"{\"a\":1,}", "invalid_json @8:invalid_syntax"},
      {"{'a':1}", "invalid_json @2:invalid_syntax"},
      {"{\"a\":1} x", "invalid_json @9:invalid_syntax"},
      {"{\"a\":1}{}", "invalid_json @8:invalid_syntax"},
      {"{\"a\":01}", "invalid_json @6:invalid_syntax"},
      {"{\"a\":+1}", "invalid_json @6:invalid_syntax"},
      {"{\"a\":NaN}", "invalid_json @8:invalid_syntax"},
      {"{\"a\":\"\n\"}", "invalid_json @6:invalid_syntax"},
      {"{\"a\":\"\\x\"}", "invalid_json @8:invalid_syntax"},
      {"{\"a\":\"\\ud800\"}", "invalid_json @13:invalid_syntax"},
      {"\xEF\xBB\xBF{}", "invalid_json @3:invalid_syntax"},
      {"[1}", "invalid_json @3:invalid_syntax"},
      {"]]]]", "invalid_json @1:invalid_syntax"},
      {"\"", "invalid_json @1:invalid_syntax"},
      {"\"\\", "invalid_json @2:invalid_syntax"},
      {"{\"a\":\"\xFF\"}", "invalid_json @6:invalid_text"},
      {"{\"a\":\"\xC0\x80\"}", "invalid_json @6:invalid_text"},
      {"{\"a\":\"\0\"}"s, "invalid_json @6:invalid_text"},
      {"{\"a\":\"\\u0000\"}", "invalid_json @13:invalid_text"},
      {"{\"\\u0000\":1}", "invalid_json @9:invalid_text"},
      {"{\"a\":1,\"a\":2}", "invalid_json @10:duplicate"},
      {"{\"a\":1,\"\\u0061\":2}", "invalid_json @15:duplicate"},
      {"{\"a\":9223372036854775808}", "invalid_json @24:out_of_range"},
      {"{\"a\":-9223372036854775809}", "invalid_json @25:out_of_range"},
      {"{\"a\":1e999}", "invalid_json @10:out_of_range"},
  };
  for (const Case& refused : cases)
    EXPECT_EQ(outcome(refused.text), refused.outcome) << testing::PrintToString(refused.text);
}

TEST(JsonReader, KeepsItsLimits) {
  EXPECT_EQ(outcome(nested(limits::kJsonDepth)), "valid");
  EXPECT_EQ(outcome(nested(limits::kJsonDepth + 1)), "invalid_json @32:too_deep");
  EXPECT_EQ(outcome("{\"a\":" + nested(limits::kJsonDepth) + "}"), "invalid_json @36:too_deep");
  EXPECT_EQ(outcome("\"" + std::string(100, '[') + "\""), "valid");
  EXPECT_EQ(outcome("\"\\\"" + std::string(100, '[') + "\""), "valid");

  std::string many = "[0";
  for (std::size_t index = 0; index + 2 < limits::kJsonValues; ++index) many += ",0";
  EXPECT_EQ(outcome(many + "]"), "valid");
  EXPECT_TRUE(outcome(many + ",0]").ends_with(":too_many_values"));

  const std::string largest = "\"" + std::string(limits::kBodyBytes - 2, 'x') + "\"";
  EXPECT_EQ(outcome(largest), "valid");
  EXPECT_EQ(outcome(largest + " "), "payload_too_large");
}

TEST(JsonReader, ReadsEachType) {
  Document document =
      read(R"({"name": "Muñoz\u00e9\ud83d\ude00", "note": null, "count": -5, "yes": true, "client": "42",
                               "colour": "blue", "colours": ["blue", "red"], "site": {"id": "7"}})");
  ObjectReader reader = document.object();
  EXPECT_EQ(reader.text("name", {.maximum = 7}), "Muñozé😀");
  EXPECT_EQ(reader.nullable_text("note", {.maximum = 7}), std::make_optional(std::optional<std::string>()));
  EXPECT_EQ(reader.nullable_text("absent", {.maximum = 7}), std::nullopt);
  EXPECT_EQ(reader.integer("count", -5, 5), -5);
  EXPECT_EQ(reader.boolean("yes"), true);
  EXPECT_EQ(reader.id("client"), 42);
  EXPECT_EQ(reader.choice("colour", kColours), Colour::kBlue);
  EXPECT_EQ(reader.optional_choices("colours", kColours), (std::vector{Colour::kBlue, Colour::kRed}));
  ObjectReader site = reader.object("site");
  EXPECT_EQ(site.id("id"), 7);
  EXPECT_TRUE(site.finish());
  EXPECT_EQ(reader.optional_text("absent_text", {.maximum = 7}), std::nullopt);
  EXPECT_EQ(reader.optional_integer("absent_integer", 0, 1), std::nullopt);
  EXPECT_EQ(reader.optional_boolean("absent_boolean"), std::nullopt);
  EXPECT_EQ(reader.optional_id("absent_id"), std::nullopt);
  EXPECT_EQ(reader.optional_choice("absent_choice", kColours), std::nullopt);
  EXPECT_EQ(reader.optional_choices("absent_choices", kColours), std::nullopt);
  EXPECT_FALSE(reader.optional_object("absent_object"));
  EXPECT_EQ(finish(reader), "valid");
}

TEST(JsonReader, TellsEachFieldThatIsWrong) {
  struct Case {
    std::string text;
    std::string outcome;
  };
  const Case cases[] = {
      {R"({"name": ""})", "/name:too_short"},
      {R"({"name": "éééé"})", "/name:too_long"},
      {R"({"name": 1})", "/name:invalid_type"},
      {R"({"name": null})", "/name:invalid_type"},
      {R"({"count": 11})", "/count:out_of_range"},
      {R"({"count": -1})", "/count:out_of_range"},
      {R"({"count": 1.0})", "/count:invalid_type"},
      {R"({"count": "1"})", "/count:invalid_type"},
      {R"({"count": true})", "/count:invalid_type"},
      {R"({"yes": 1})", "/yes:invalid_type"},
      {R"({"yes": "true"})", "/yes:invalid_type"},
      {R"({"client": 42})", "/client:invalid_type"},
      {R"({"client": "042"})", "/client:invalid_id"},
      {R"({"client": ""})", "/client:invalid_id"},
      {R"({"colour": "Red"})", "/colour:invalid_choice"},
      {R"({"colour": 1})", "/colour:invalid_type"},
      {R"({"colours": "red"})", "/colours:invalid_type"},
      {R"({"colours": ["green"]})", "/colours/0:invalid_choice"},
      {R"({"colours": ["red", 1]})", "/colours/1:invalid_type"},
      {R"({"colours": ["red", "red"]})", "/colours/1:duplicate"},
      {R"({"colours": ["red", "blue", "red"]})", "/colours:too_long"},
      {R"({"site": []})", "/site:invalid_type"},
      {R"({"site": {}})", "/site/id:required"},
      {R"({"site": {"id": "1", "extra": 1}})", "/site/extra:unknown_field"},
      {R"({"extra": 1})", "/extra:unknown_field"},
      {R"({"a/b": 1, "c~d": 2})", "/a~1b:unknown_field /c~0d:unknown_field"},
      {R"({"": 1})", "/:unknown_field"},
      {R"({"name": "", "count": 11, "extra": 1})", "/name:too_short /count:out_of_range /extra:unknown_field"},
  };
  for (const Case& refused : cases) {
    SCOPED_TRACE(refused.text);
    Document document = read(refused.text);
    ObjectReader reader = document.object();
    reader.optional_text("name", {.maximum = 3});
    reader.optional_integer("count", 0, 10);
    reader.optional_boolean("yes");
    reader.optional_id("client");
    reader.optional_choice("colour", kColours);
    reader.optional_choices("colours", kColours);
    if (std::optional<ObjectReader> site = reader.optional_object("site")) {
      site->id("id");
      EXPECT_EQ(finish(*site).empty(), false);
    }
    EXPECT_EQ(finish(reader), "invalid_field " + refused.outcome);
  }
}

TEST(JsonReader, TellsEverythingThatIsMissing) {
  Document document = read("{}");
  ObjectReader reader = document.object();
  EXPECT_EQ(reader.text("name", {.maximum = 3}), "");
  EXPECT_EQ(reader.integer("count", 0, 1), 0);
  EXPECT_EQ(reader.boolean("yes"), false);
  EXPECT_EQ(reader.id("client"), 0);
  EXPECT_EQ(reader.choice("colour", kColours), Colour::kNone);
  // Below what is missing nothing more is missing.
  EXPECT_EQ(reader.object("site").id("id"), 0);
  EXPECT_EQ(
      finish(reader),
      "invalid_field /name:required /count:required /yes:required /client:required /colour:required /site:required");
}

TEST(JsonReader, ABodyThatIsNoObjectIsOneMistake) {
  for (const char* text : {"[]", "1", "\"a\"", "null", "[{\"name\": \"a\"}]"}) {
    Document document = read(text);
    ObjectReader reader = document.object();
    EXPECT_EQ(reader.text("name", {.maximum = 3}), "");
    EXPECT_EQ(finish(reader), "invalid_field :invalid_type") << text;
  }
}

TEST(JsonReader, TellsWhatTheCallerFoundWrong) {
  Document document = read(R"({"password": "password1234"})");
  ObjectReader reader = document.object();
  reader.text("password", {.maximum = 64});
  reader.add_error("password", "common_password");
  EXPECT_EQ(finish(reader), "invalid_field /password:common_password");
}

TEST(JsonReader, SendsBackOnlyTheBeginningOfALongName) {
  const std::string name(1000, 'x');
  Document document = read("{\"" + name + "\": 1}");
  ObjectReader reader = document.object();
  EXPECT_EQ(finish(reader), "invalid_field /" + name.substr(0, limits::kReportedNameBytes) + ":unknown_field");
}

TEST(JsonReader, SurvivesBeingMoved) {
  Document first = read(R"({"name": "abc"})");
  ObjectReader reader = first.object();
  const Document second = std::move(first);
  EXPECT_EQ(reader.text("name", {.maximum = 3}), "abc");
  EXPECT_EQ(finish(reader), "valid");
}

TEST(JsonReader, ReadsListsOfObjects) {
  Result<Document> document =
      parse(R"({"rows": [{"name": "a"}, {"name": 1}, 2, {"name": "b", "more": 1}], "none": {}})");
  ASSERT_TRUE(document);
  ObjectReader reader = document->object();
  EXPECT_TRUE(reader.optional_objects("absent", 2).empty());
  EXPECT_TRUE(reader.optional_objects("none", 2).empty());
  std::vector<ObjectReader> rows = reader.optional_objects("rows", 4);
  ASSERT_EQ(rows.size(), 3U);
  for (ObjectReader& row : rows) {
    row.text("name", {.maximum = 10});
    static_cast<void>(row.finish());
  }
  const Result<void> finished = reader.finish();
  ASSERT_FALSE(finished);
  std::vector<std::string> found;
  for (const FieldError& field : finished.error().fields) found.push_back(field.pointer + " " + field.code);
  EXPECT_EQ(found, (std::vector<std::string>{"/none invalid_type", "/rows/2 invalid_type", "/rows/1/name invalid_type",
                                             "/rows/3/more unknown_field"}));
}

TEST(JsonReader, RefusesListsOfObjectsThatAreTooLong) {
  Result<Document> document = parse(R"({"rows": [{}, {}, {}]})");
  ASSERT_TRUE(document);
  ObjectReader reader = document->object();
  EXPECT_TRUE(reader.optional_objects("rows", 2).empty());
  const Result<void> finished = reader.finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().fields.at(0).code, "too_long");
}

}  // namespace
}  // namespace portal::json
