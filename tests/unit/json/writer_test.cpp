#include "json/writer.hpp"

#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>
#include <jansson.h>

namespace portal::json {
namespace {

TEST(JsonWriter, WritesEachTypeWithItsCommas) {
  Writer writer;
  writer.begin_object();
  writer.member("text", "a").member("string", std::string("b")).member("view", std::string_view("c"));
  writer.member("least", std::numeric_limits<std::int64_t>::min())
      .member("most", std::numeric_limits<std::int64_t>::max());
  writer.member("int", 5).member("yes", true).member("no", false).key("nothing").null();
  writer.member("maybe", std::optional<std::string_view>("d")).member("not", std::optional<std::int64_t>());
  writer.id_member("id", 42).member("typed_id", ClientId(7));
  writer.member("time", Timestamp()).member("date", Date());
  writer.key("raw").raw(R"({"x":[1]})");
  writer.key("empty_object").begin_object().end_object();
  writer.key("list")
      .begin_array()
      .value(1)
      .begin_array()
      .end_array()
      .begin_object()
      .end_object()
      .value("z")
      .end_array();
  writer.end_object();
  EXPECT_EQ(
      writer.take(),
      R"({"text":"a","string":"b","view":"c","least":-9223372036854775808,"most":9223372036854775807,"int":5,"yes":true,)"
      R"("no":false,"nothing":null,"maybe":"d","not":null,"id":"42","typed_id":"7","time":"1970-01-01T00:00:00Z",)"
      R"("date":"1970-01-01","raw":{"x":[1]},"empty_object":{},"list":[1,[],{},"z"]})");
}

TEST(JsonWriter, WritesAValueAlone) {
  Writer writer;
  writer.value("a");
  EXPECT_EQ(writer.take(), "\"a\"");
  writer.begin_array().end_array();
  EXPECT_EQ(writer.take(), "[]");
}

TEST(JsonWriter, EscapesWhatMustBe) {
  Writer writer;
  writer.value(std::string("\"\\/\b\f\n\r\t\x01\x1F\x7F", 11) + "é\xE2\x80\xA8");
  EXPECT_EQ(writer.take(),
            "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7F"
            "é\xE2\x80\xA8\"");
}

TEST(JsonWriter, AnotherReaderReadsEveryCharacterBack) {
  std::string text;
  for (char character = 1; character < 127; ++character) text += character;
  text += "ñ€😀";
  Writer writer(1);
  writer.begin_object().member(text, text).end_object();
  const std::string written = writer.take();
  json_t* root = json_loadb(written.data(), written.size(), 0, nullptr);
  ASSERT_NE(root, nullptr);
  json_t* value = json_object_get(root, text.c_str());
  ASSERT_NE(value, nullptr);
  EXPECT_EQ(std::string(json_string_value(value), json_string_length(value)), text);
  json_decref(root);
}

TEST(JsonWriter, RefusesToWriteWhatIsNotJson) {
  const auto refuses = [](auto write) {
    Writer writer;
    EXPECT_THROW(write(writer), std::logic_error);
  };
  refuses([](Writer& writer) { writer.take(); });
  refuses([](Writer& writer) { writer.value(1).value(2); });
  refuses([](Writer& writer) { writer.key("a"); });
  refuses([](Writer& writer) { writer.begin_object().value(1); });
  refuses([](Writer& writer) { writer.begin_object().key("a").key("b"); });
  refuses([](Writer& writer) { writer.begin_object().key("a").end_object(); });
  refuses([](Writer& writer) { writer.begin_array().key("a"); });
  refuses([](Writer& writer) { writer.begin_array().end_object(); });
  refuses([](Writer& writer) { writer.begin_object().end_array(); });
  refuses([](Writer& writer) { writer.end_array(); });
  refuses([](Writer& writer) { writer.begin_array().take(); });
  refuses([](Writer& writer) { writer.raw(""); });
}

}  // namespace
}  // namespace portal::json
