// The scanner of jsonb beside jansson: on JSON both find the same members, on anything else it stays inside the text.
#include <memory>

#include <jansson.h>

#include "base/utf8.hpp"
#include "json/scanner.hpp"
#include "json/writer.hpp"
#include "require.hpp"

using namespace portal;

namespace {

struct Release {
  void operator()(json_t* value) const noexcept { json_decref(value); }
};
using Value = std::unique_ptr<json_t, Release>;

Value load(std::string_view text) {
  return Value(
      json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, nullptr));
}

void walk(std::string_view text, int depth) {
  if (depth > 8) return;
  json::ObjectScanner members(text);
  while (const std::optional<json::Member> member = members.next()) walk(member->value, depth + 1);
  json::ArrayScanner elements(text);
  while (const std::optional<std::string_view> element = elements.next()) walk(*element, depth + 1);
  json::read_integer(text);
  json::read_boolean(text);
  json::read_text(text);
}

void compare(std::string_view text, json_t* expected) {
  std::size_t members = 0;
  json::ObjectScanner scanner(text);
  while (scanner.next()) ++members;
  fuzz::require(members == json_object_size(expected), "both find as many members");
  const char* key = nullptr;
  std::size_t length = 0;
  json_t* value = nullptr;
  json_object_keylen_foreach(expected, key, length, value) {
    const std::optional<std::string_view> found = json::find_member(text, {key, length});
    fuzz::require(found.has_value(), "the scanner finds each key");
    const Value read = load(*found);
    fuzz::require(read && json_equal(read.get(), value) == 1, "the scanner finds the same value");
    if (json_is_string(value)) {
      fuzz::require(json::read_text(*found) == std::string_view(json_string_value(value), json_string_length(value)),
                    "both read the same text");
      json::Writer writer;
      const Value written = load(writer.value(*json::read_text(*found)).take());
      fuzz::require(written && json_equal(written.get(), value) == 1, "a text is written as it was read");
    }
    if (json_is_integer(value))
      fuzz::require(json::read_integer(*found) == json_integer_value(value), "both read the same number");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  walk(text, 0);
  if (!is_valid_text(text)) return 0;
  const Value root = load(text);
  if (json_is_object(root.get())) compare(text, root.get());
  return 0;
}
