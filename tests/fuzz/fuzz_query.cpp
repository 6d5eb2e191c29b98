// The query string: every decoded value is valid text, and nothing is both taken and refused.
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "http/query.hpp"
#include "http/response.hpp"
#include "json/reader.hpp"
#include "require.hpp"

using namespace portal;

namespace {

void check_problem(const Error& error) {
  fuzz::require(json::parse(http::render_problem(error, "1")).has_value(), "a problem is JSON");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr Choice<int> kStates[] = {{"planned", 1}, {"active", 2}};
  const std::string_view query = fuzz::as_text(data, size);
  if (const std::optional<std::string> decoded = http::decode_query_component(query)) {
    fuzz::require(is_valid_text(*decoded) && decoded->size() <= query.size(), "a component is valid text");
  }
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) {
    check_problem(reader.error());
    return 0;
  }
  fuzz::require(query.size() <= limits::kQueryBytes, "a query is bounded");
  const std::optional<std::string> text = reader->text("q", {.maximum = 100});
  fuzz::require(!text || find_text_fault(*text, {.maximum = 100}).empty(), "a text is valid and within its length");
  const std::int64_t limit = reader->integer("limit", 1, 100).value_or(20);
  fuzz::require(limit >= 1 && limit <= 100, "an integer is within its range");
  fuzz::require(reader->id("site").value_or(1) > 0, "an id is positive");
  if (const std::optional<Date> from = reader->date("from")) {
    fuzz::require(parse_date(format_date(*from)) == from, "a date is read as it is written");
  }
  reader->boolean("counts");
  reader->choice("state", kStates);
  const Result<void> finished = reader->finish();
  if (!finished) check_problem(finished.error());
  return 0;
}
