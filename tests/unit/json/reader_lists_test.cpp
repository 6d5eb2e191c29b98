#include <gtest/gtest.h>

#include "http/response.hpp"
#include "json/reader.hpp"

namespace portal::json {
namespace {

Document read(std::string_view text) {
  Result<Document> document = parse(text);
  EXPECT_TRUE(document) << text;
  return std::move(*document);
}

std::string finish(ObjectReader& reader) {
  const Result<void> result = reader.finish();
  if (result) return "valid";
  std::string text(properties_of(result.error().code).problem_code);
  for (const FieldError& field : result.error().fields) text += " " + field.pointer + ":" + field.code;
  return text;
}

TEST(JsonReaderLists, ReadsListsOfIds) {
  Document document = read(R"({"visible": ["3", "1"], "none": []})");
  ObjectReader reader = document.object();
  EXPECT_EQ(reader.ids("visible", 2), (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(reader.optional_ids("none", 2), std::vector<std::int64_t>());
  EXPECT_EQ(reader.optional_ids("absent", 2), std::nullopt);
  EXPECT_EQ(finish(reader), "valid");
  const std::pair<const char*, const char*> refused[] = {
      {R"({})", "/visible:required"},
      {R"({"visible": "1"})", "/visible:invalid_type"},
      {R"({"visible": ["1", "2", "3"]})", "/visible:too_long"},
      {R"({"visible": ["1", 2]})", "/visible/1:invalid_type"},
      {R"({"visible": ["1", "1"]})", "/visible/1:duplicate"},
      {R"({"visible": ["x", "01"]})", "/visible/0:invalid_id /visible/1:invalid_id"},
  };
  for (const auto& [text, outcome] : refused) {
    Document wrong = read(text);
    ObjectReader body = wrong.object();
    body.ids("visible", 2);
    EXPECT_EQ(finish(body), std::string("invalid_field ") + outcome);
  }
}

TEST(JsonReaderLists, TellsWhereInATextOfSeveralLines) {
  Document document = read(R"({"html": "a"})");
  ObjectReader reader = document.object();
  reader.text("html", {.maximum = 3});
  reader.add_error_at("html", "unclosed_tag", 2, 7);
  const Result<void> result = reader.finish();
  ASSERT_FALSE(result);
  EXPECT_TRUE(http::render_problem(result.error(), "id")
                  .contains(R"([{"pointer":"/html","code":"unclosed_tag","line":2,"column":7}])"));
  Document strange = read(R"({"a~@3:4": 1})");
  ObjectReader other = strange.object();
  EXPECT_TRUE(http::render_problem(other.finish().error(), "id")
                  .contains(R"([{"pointer":"/a~0@3:4","code":"unknown_field"}])"));
}

}  // namespace
}  // namespace portal::json
