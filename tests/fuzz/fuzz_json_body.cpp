// The body of a request: what is refused is refused with a problem that is JSON itself, what is taken is valid text
// within its limits.
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "http/response.hpp"
#include "json/reader.hpp"
#include "require.hpp"

using namespace portal;

namespace {

enum class Colour : std::uint8_t { kNone, kRed, kBlue };
constexpr Choice<Colour> kColours[] = {{"red", Colour::kRed}, {"blue", Colour::kBlue}};

void check_problem(const Error& error) {
  fuzz::require(error.fields.size() <= limits::kFieldErrors, "errors are bounded");
  fuzz::require(json::parse(http::render_problem(error, "1")).has_value(), "a problem is JSON");
}

void check_text(const std::string& text, std::size_t maximum) {
  const std::optional<std::size_t> length = count_code_points(text);
  fuzz::require(length && *length <= maximum, "a text is valid and within its length");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Result<json::Document> document = json::parse(fuzz::as_text(data, size));
  if (!document) {
    check_problem(document.error());
    return 0;
  }
  json::ObjectReader body = document->object();
  check_text(body.text("email", {.maximum = 254}), 254);
  check_text(body.text("password", {.minimum = 8, .maximum = 1024}), 1024);
  check_text(body.optional_text("token", {.maximum = 43}).value_or(""), 43);
  if (const auto note = body.nullable_text("note", {.maximum = 10}); note && *note) check_text(**note, 10);
  const std::int64_t count = body.integer("count", 0, 100);
  fuzz::require(count >= 0 && count <= 100, "an integer is within its range");
  fuzz::require(body.optional_id("id").value_or(1) > 0, "an id is positive");
  body.optional_boolean("yes");
  body.choice("colour", kColours);
  const auto colours = body.optional_choices("colours", kColours);
  fuzz::require(!colours || colours->size() <= std::size(kColours), "no choice stands twice");
  bool inner_is_valid = true;
  if (std::optional<json::ObjectReader> site = body.optional_object("site")) {
    site->id("id");
    inner_is_valid = site->finish().has_value();
  }
  const Result<void> finished = body.finish();
  fuzz::require(inner_is_valid || !finished, "a body is not valid when an object in it is not");
  if (!finished) check_problem(finished.error());
  return 0;
}
