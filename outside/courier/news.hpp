// What stands in a mail about what is new, in the words of its reader.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "courier/outbox.hpp"

namespace portal::outside {

struct NewsLine {
  std::string text;
  std::string url;  // empty: it leads nowhere
};

struct NewsSection {
  std::string_view title;
  std::vector<NewsLine> lines;
};

// A section for each kind there is something of. Its last line leads to what is not told one by one.
std::vector<NewsSection> describe_news(std::span<const NewsItem> news, std::string_view origin,
                                       std::string_view language);

// The same as lines of a plain text.
std::string write_lines(std::span<const NewsSection> sections);

// "1,234.50 EUR"; minor units as ISO 4217 counts them.
std::string format_money(std::int64_t minor, std::string_view currency, std::string_view language);

}  // namespace portal::outside
