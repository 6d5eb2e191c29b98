#include "layouts/html_rules.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "layouts/position.hpp"

namespace portal::layouts {
namespace {

constexpr std::array<std::string_view, 38> kElements = {
    "a",     "b",     "blockquote", "br",    "code", "div",   "em",  "h1", "h2",    "h3",     "h4",     "h5",  "h6",
    "hr",    "i",     "img",        "li",    "ol",   "p",     "pre", "s",  "small", "span",   "strong", "sub", "sup",
    "table", "tbody", "td",         "tfoot", "th",   "thead", "tr",  "u",  "ul",    "center", "dl",     "dd"};
constexpr std::array<std::string_view, 3> kVoid = {"br", "hr", "img"};

constexpr std::array<std::string_view, 6> kEverywhere = {"align", "dir", "lang", "role", "style", "title"};
struct Permitted {
  std::string_view element;
  std::string_view attribute;
};
constexpr std::array<Permitted, 21> kAttributes = {
    {{"a", "href"},      {"img", "src"},           {"img", "alt"},           {"img", "width"},    {"img", "height"},
     {"table", "width"}, {"table", "cellpadding"}, {"table", "cellspacing"}, {"table", "border"}, {"table", "bgcolor"},
     {"tr", "bgcolor"},  {"tr", "valign"},         {"td", "width"},          {"td", "height"},    {"td", "colspan"},
     {"td", "rowspan"},  {"td", "valign"},         {"td", "bgcolor"},        {"th", "colspan"},   {"th", "width"},
     {"ol", "start"}}};

// A property is allowed with all that it has behind a hyphen: "border" allows "border-radius". Nothing here fetches
// anything, moves out of its place or lies over something else.
constexpr std::array<std::string_view, 16> kProperties = {
    "background-color", "background", "border", "color", "display", "font", "height",         "letter-spacing",
    "line-height",      "margin",     "max",    "min",   "padding", "text", "vertical-align", "width"};

constexpr std::size_t kDepth = 64;

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }
bool is_letter(char letter) { return lower(letter) >= 'a' && lower(letter) <= 'z'; }
bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }
bool is_blank(char letter) { return letter == ' ' || letter == '\n' || letter == '\t' || letter == '\r'; }

template <std::size_t Count>
bool lists(const std::array<std::string_view, Count>& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// A whole placeholder and nothing else; whether there is one of the name, and whether it is a URL, the layout's parser
// says.
bool is_placeholder(std::string_view value) {
  return value.starts_with("{{") && value.ends_with("}}") && value.find("{{", 2) == std::string_view::npos;
}

bool is_permitted_property(std::string_view name) {
  return std::ranges::any_of(kProperties, [&](std::string_view allowed) {
    return name.starts_with(allowed) && (name.size() == allowed.size() || name[allowed.size()] == '-');
  });
}

bool is_permitted_style(std::string_view style) {
  while (!style.empty()) {
    const std::size_t end = std::min(style.find(';'), style.size());
    const std::string_view declaration = trimmed(style.substr(0, end));
    style.remove_prefix(std::min(end + 1, style.size()));
    if (declaration.empty()) continue;
    const std::size_t colon = declaration.find(':');
    if (colon == std::string_view::npos) return false;
    std::string name(trimmed(declaration.substr(0, colon)));
    std::ranges::transform(name, name.begin(), lower);
    if (!is_permitted_property(name)) return false;
    // No brackets: so no url(). No backslash and no ampersand: so nothing is written otherwise than it is read.
    const bool is_plain = std::ranges::all_of(declaration.substr(colon + 1), [](char letter) {
      return is_letter(letter) || is_digit(letter) || is_blank(letter) ||
             std::string_view("#.,%-+!'").find(letter) != std::string_view::npos;
    });
    if (!is_plain) return false;
  }
  return true;
}

// The scheme stands as it is written, so that no reference to a character can make another one of it.
bool has_permitted_scheme(std::string_view url, bool of_image) {
  std::string beginning(url.substr(0, 8));
  std::ranges::transform(beginning, beginning.begin(), lower);
  if (beginning.starts_with("https://")) return url.size() > 8;
  if (of_image) return false;
  return (beginning.starts_with("http://") && url.size() > 7) || beginning.starts_with("mailto:") ||
         beginning.starts_with("tel:");
}

class Checker {
 public:
  explicit Checker(std::string_view html) : html_(html) {}

  Result<void> check() {
    while (at_ < html_.size()) {
      if (html_[at_] != '<') {
        ++at_;
        continue;
      }
      const bool is_end = html_.substr(at_).starts_with("</");
      if (Result<void> tag = is_end ? end_tag() : start_tag(); !tag) return tag;
    }
    if (!open_.empty()) return refuse_at(html_, open_.back().at, "unclosed_tag");
    return {};
  }

 private:
  struct Open {
    std::string name;
    std::size_t at;
  };

  std::string take_name() {
    std::string name;
    while (at_ < html_.size() && (is_letter(html_[at_]) || is_digit(html_[at_]) || html_[at_] == '-'))
      name += lower(html_[at_++]);
    return name;
  }
  void skip_blanks() {
    while (at_ < html_.size() && is_blank(html_[at_])) ++at_;
  }

  Result<void> end_tag() {
    const std::size_t begun = at_;
    at_ += 2;
    const std::string name = take_name();
    skip_blanks();
    if (name.empty()) return refuse_at(html_, begun, "invalid_markup");
    if (at_ >= html_.size()) return refuse_at(html_, begun, "unclosed_tag");
    if (html_[at_++] != '>') return refuse_at(html_, begun, "invalid_markup");
    if (!lists(kElements, name)) return refuse_at(html_, begun, "tag_not_allowed");
    if (open_.empty() || open_.back().name != name) return refuse_at(html_, begun, "unexpected_end_tag");
    open_.pop_back();
    return {};
  }

  Result<void> start_tag() {
    const std::size_t begun = at_++;
    if (at_ < html_.size() && (html_[at_] == '!' || html_[at_] == '?'))
      return refuse_at(html_, begun, "tag_not_allowed");
    const std::string name = take_name();
    if (name.empty() || !is_letter(name.front())) return refuse_at(html_, begun, "invalid_markup");
    if (!lists(kElements, name)) return refuse_at(html_, begun, "tag_not_allowed");
    std::vector<std::string> attributes;
    while (true) {
      const std::size_t before = at_;
      skip_blanks();
      if (at_ >= html_.size()) return refuse_at(html_, begun, "unclosed_tag");
      if (html_[at_] == '>') break;
      if (html_.substr(at_).starts_with("/>") && lists(kVoid, name)) {
        ++at_;
        break;
      }
      if (before == at_) return refuse_at(html_, at_, "invalid_markup");
      if (Result<void> taken = attribute(name, begun, attributes); !taken) return taken;
    }
    ++at_;
    if (lists(kVoid, name)) return {};
    if (open_.size() == kDepth) return refuse_at(html_, begun, "too_deep");
    open_.push_back({.name = name, .at = begun});
    return {};
  }

  Result<void> attribute(std::string_view element, std::size_t tag, std::vector<std::string>& others) {
    const std::size_t begun = at_;
    const std::string name = take_name();
    if (name.empty() || std::ranges::find(others, name) != others.end())
      return refuse_at(html_, begun, "invalid_markup");
    const bool is_allowed =
        lists(kEverywhere, name) || std::ranges::any_of(kAttributes, [&](const Permitted& permitted) {
          return permitted.element == element && permitted.attribute == name;
        });
    if (!is_allowed) return refuse_at(html_, begun, "attribute_not_allowed");
    skip_blanks();
    if (at_ >= html_.size() || html_[at_] != '=') return refuse_at(html_, begun, "invalid_markup");
    ++at_;
    skip_blanks();
    if (at_ >= html_.size()) return refuse_at(html_, tag, "unclosed_tag");
    const char quote = html_[at_];
    if (quote != '"' && quote != '\'') return refuse_at(html_, begun, "invalid_markup");
    const std::size_t end = html_.find(quote, at_ + 1);
    if (end == std::string_view::npos) return refuse_at(html_, tag, "unclosed_tag");
    const std::string_view value = html_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    others.push_back(name);
    return check_value(element, name, value, begun);
  }

  Result<void> check_value(std::string_view element, std::string_view name, std::string_view value, std::size_t begun) {
    if (value.find('<') != std::string_view::npos) return refuse_at(html_, begun, "invalid_markup");
    if (name == "href" && is_placeholder(value)) return {};
    if (value.find("{{") != std::string_view::npos) return refuse_at(html_, begun, "misplaced_placeholder");
    if ((name == "href" || name == "src") && !has_permitted_scheme(value, element == "img"))
      return refuse_at(html_, begun, "url_not_allowed");
    if (name == "style" && !is_permitted_style(value)) return refuse_at(html_, begun, "style_not_allowed");
    return {};
  }

  std::string_view html_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
};

}  // namespace

Result<void> check_html(std::string_view html) { return Checker(html).check(); }

}  // namespace portal::layouts
