// Layouts: what is refused is refused with a place inside the text, and what is taken lets no value become markup.
#include "layouts/layout.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/utf8.hpp"
#include "require.hpp"

using namespace portal;

namespace {

constexpr std::string_view kNames[] = {"client.name", "activation.url"};

void check(std::string_view text, layouts::Format format) {
  const Result<layouts::Layout> layout = layouts::Layout::parse(text, format, kNames);
  if (!layout) {
    const std::string& pointer = layout.error().fields.at(0).pointer;
    fuzz::require(std::strtoull(pointer.c_str() + 1, nullptr, 10) <= text.size(), "the place stands in the text");
    return;
  }
  const layouts::Value harmless[] = {{"client.name", "x"}, {"activation.url", "x"}};
  const layouts::Value hostile[] = {{"client.name", "<script>'\"{{activation.url}}\r\n"},
                                    {"activation.url", "\"><img src='x'>"}};
  const Result<std::string> expected = layout->render(harmless), found = layout->render(hostile);
  fuzz::require(expected && found, "all values are there");
  fuzz::require(std::ranges::count(*expected, '\n') == std::ranges::count(*found, '\n'), "a value ends no line");
  if (format == layouts::Format::kText) return;
  for (const char letter : {'<', '>', '"', '\''})
    fuzz::require(std::ranges::count(*expected, letter) == std::ranges::count(*found, letter), "a value is no markup");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  check(text, layouts::Format::kText);
  check(text, layouts::Format::kHtml);
  const std::string clean = layouts::clean_value(text);
  fuzz::require(std::ranges::none_of(clean, [](char letter) { return letter >= 0 && letter < ' '; }),
                "no controls stay");
  if (is_valid_text(text)) fuzz::require(is_valid_text(clean), "clean text is valid text");
  return 0;
}
