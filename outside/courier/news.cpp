#include "courier/news.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "layouts/layout.hpp"

namespace portal::outside {
namespace {

struct KindWords {
  std::string_view kind;
  std::string_view title_english, title_spanish;
  std::string_view one_english, one_spanish;
  std::string_view page;      // behind the origin: all of them
  std::string_view page_one;  // and an id: one of them; empty: none has a page of its own
};

constexpr std::array<KindWords, 3> kKinds = {{{.kind = "new_quotes",
                                               .title_english = "Quotes that wait for your decision",
                                               .title_spanish = "Presupuestos que esperan su decisión",
                                               .one_english = "Quote",
                                               .one_spanish = "Presupuesto",
                                               .page = "/quotes",
                                               .page_one = "/quotes/"},
                                              {.kind = "new_invoices",
                                               .title_english = "Invoices to be paid",
                                               .title_spanish = "Facturas pendientes de pago",
                                               .one_english = "Invoice",
                                               .one_spanish = "Factura",
                                               .page = "/invoices",
                                               .page_one = ""},
                                              {.kind = "completed_jobs",
                                               .title_english = "Jobs that are done",
                                               .title_spanish = "Trabajos terminados",
                                               .one_english = "Job",
                                               .one_spanish = "Trabajo",
                                               .page = "/",
                                               .page_one = "/jobs/"}}};

// How many digits of the smallest unit stand behind the point.
std::size_t decimals_of(std::string_view currency) {
  constexpr std::array<std::string_view, 17> kNone = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
                                                      "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"};
  constexpr std::array<std::string_view, 7> kThree = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
  constexpr std::array<std::string_view, 2> kFour = {"CLF", "UYW"};
  if (std::ranges::find(kNone, currency) != kNone.end()) return 0;
  if (std::ranges::find(kFour, currency) != kFour.end()) return 4;
  return std::ranges::find(kThree, currency) != kThree.end() ? 3 : 2;
}

// Spanish groups from five digits on.
std::string group_thousands(std::string digits, std::string_view language) {
  if (language == "es" && digits.size() < 5) return digits;
  for (std::size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, language == "es" ? "." : ",");
  return digits;
}

std::string describe_item(const NewsItem& item, const KindWords& words, std::string_view language) {
  std::string text = fmt::format("{} {}", language == "es" ? words.one_spanish : words.one_english, item.number);
  if (!item.title.empty()) text += ": " + item.title;
  if (item.outstanding_minor)
    text += fmt::format(" ({})", format_money(*item.outstanding_minor, item.currency, language));
  return layouts::clean_value(text);
}

std::string describe_rest(std::int64_t more, std::string_view language) {
  if (more > 0) return language == "es" ? fmt::format("y {} más", more) : fmt::format("and {} more", more);
  return language == "es" ? "Verlas en el portal" : "See them in the portal";
}

NewsSection describe_kind(std::span<const NewsItem> items, const KindWords& words, std::string_view origin,
                          std::string_view language) {
  NewsSection section{.title = language == "es" ? words.title_spanish : words.title_english, .lines = {}};
  for (const NewsItem& item : items) {
    section.lines.push_back(
        {.text = describe_item(item, words, language),
         .url = words.page_one.empty() ? "" : fmt::format("{}{}{}", origin, words.page_one, item.id)});
  }
  const std::int64_t more = items.front().of_kind - static_cast<std::int64_t>(items.size());
  if (more > 0 || words.page_one.empty())
    section.lines.push_back({.text = describe_rest(more, language), .url = fmt::format("{}{}", origin, words.page)});
  return section;
}

}  // namespace

std::vector<NewsSection> describe_news(std::span<const NewsItem> news, std::string_view origin,
                                       std::string_view language) {
  std::vector<NewsSection> sections;
  while (!news.empty()) {
    const auto* const words = std::ranges::find(kKinds, news.front().kind, &KindWords::kind);
    const auto end = std::ranges::find_if(news, [&](const NewsItem& item) { return item.kind != news.front().kind; });
    const auto count = static_cast<std::size_t>(end - news.begin());
    if (words != kKinds.end()) sections.push_back(describe_kind(news.first(count), *words, origin, language));
    news = news.subspan(count);
  }
  return sections;
}

std::string write_lines(std::span<const NewsSection> sections) {
  std::string text;
  for (const NewsSection& section : sections) {
    text += fmt::format("{}{}\n", text.empty() ? "" : "\n\n", section.title);
    for (const NewsLine& line : section.lines)
      text += fmt::format("\n{}{}{}", line.text, line.url.empty() ? "" : "\n", line.url);
  }
  return text;
}

std::string format_money(std::int64_t minor, std::string_view currency, std::string_view language) {
  const std::size_t decimals = decimals_of(currency);
  const std::string digits = fmt::format("{:0{}}", minor, decimals + 1);
  const std::size_t whole = digits.size() - decimals;
  std::string text = group_thousands(digits.substr(0, whole), language);
  if (decimals > 0) text += (language == "es" ? "," : ".") + digits.substr(whole);
  return fmt::format("{} {}", text, currency);
}

}  // namespace portal::outside
