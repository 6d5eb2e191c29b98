#include "layouts/plain_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

namespace portal::layouts {
namespace {

constexpr std::array<std::string_view, 15> kParagraphs = {"p",  "h1",    "h2", "h3", "h4",  "h5", "h6",    "blockquote",
                                                          "ul", "table", "ol", "dl", "pre", "hr", "center"};
constexpr std::array<std::string_view, 5> kLines = {"div", "tr", "li", "dd", "br"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kNamed = {{{"amp", "&"},
                                                                                   {"lt", "<"},
                                                                                   {"gt", ">"},
                                                                                   {"quot", "\""},
                                                                                   {"apos", "'"},
                                                                                   {"nbsp", " "},
                                                                                   {"hellip", "…"},
                                                                                   {"mdash", "—"},
                                                                                   {"ndash", "–"},
                                                                                   {"middot", "·"},
                                                                                   {"copy", "©"},
                                                                                   {"euro", "€"},
                                                                                   {"laquo", "«"},
                                                                                   {"raquo", "»"}}};

template <std::size_t Count>
bool lists(const std::array<std::string_view, Count>& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

bool is_blank(char letter) { return letter == ' ' || letter == '\n' || letter == '\t' || letter == '\r'; }

void append_utf8(std::string& text, std::uint32_t point) {
  const auto byte = [&](std::uint32_t value) { text += static_cast<char>(value); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0U | (point >> 6U));
    byte(0x80U | (point & 0x3FU));
  } else if (point < 0x10000) {
    byte(0xE0U | (point >> 12U));
    byte(0x80U | ((point >> 6U) & 0x3FU));
    byte(0x80U | (point & 0x3FU));
  } else {
    byte(0xF0U | (point >> 18U));
    byte(0x80U | ((point >> 12U) & 0x3FU));
    byte(0x80U | ((point >> 6U) & 0x3FU));
    byte(0x80U | (point & 0x3FU));
  }
}

// "#38" or "#x26"; nothing for what is no character of a text.
bool append_numbered(std::string& text, std::string_view name) {
  const bool is_hexadecimal = name.starts_with("#x") || name.starts_with("#X");
  const std::string_view digits = name.substr(is_hexadecimal ? 2 : 1);
  std::uint32_t point = 0;
  const auto [end, fault] =
      std::from_chars(digits.data(), digits.data() + digits.size(), point, is_hexadecimal ? 16 : 10);
  if (fault != std::errc() || end != digits.data() + digits.size()) return false;
  if (point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0xD800 && point < 0xE000) || point > 0x10FFFF)
    return false;
  append_utf8(text, point);
  return true;
}

std::string decode(std::string_view text) {
  constexpr std::size_t kLongest = 10;
  std::string result;
  while (!text.empty()) {
    const std::size_t end = text.front() == '&' ? text.substr(0, kLongest).find(';') : std::string_view::npos;
    if (end != std::string_view::npos) {
      const std::string_view name = text.substr(1, end - 1);
      const auto* const found = std::ranges::find(kNamed, name, &std::pair<std::string_view, std::string_view>::first);
      if (found != kNamed.end()) result += found->second;
      if (found != kNamed.end() || (name.starts_with('#') && append_numbered(result, name))) {
        text.remove_prefix(end + 1);
        continue;
      }
    }
    result += text.front();
    text.remove_prefix(1);
  }
  return result;
}

struct Tag {
  std::string name;
  bool is_end = false;
  std::string href;
  std::string alt;
};

// From "<" on; the tag's length, 0 when there is none.
std::size_t read_tag(std::string_view html, Tag& tag) {
  std::size_t at = 1;
  tag.is_end = at < html.size() && html[at] == '/';
  if (tag.is_end) ++at;
  const auto is_name = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '-';
  };
  const auto take_name = [&] {
    std::string name;
    for (; at < html.size() && is_name(html[at]); ++at)
      name += html[at] >= 'A' && html[at] <= 'Z' ? static_cast<char>(html[at] - 'A' + 'a') : html[at];
    return name;
  };
  tag.name = take_name();
  if (tag.name.empty()) return 0;
  while (at < html.size()) {
    if (html[at] == '>') return at + 1;
    const std::string attribute = take_name();
    if (attribute.empty()) {
      ++at;
      continue;
    }
    while (at < html.size() && (is_blank(html[at]) || html[at] == '=')) ++at;
    if (at >= html.size() || (html[at] != '"' && html[at] != '\'')) continue;
    const std::size_t end = html.find(html[at], at + 1);
    if (end == std::string_view::npos) return 0;
    if (attribute == "href") tag.href = decode(html.substr(at + 1, end - at - 1));
    if (attribute == "alt") tag.alt = decode(html.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return 0;
}

class Writer {
 public:
  void words(std::string_view text) {
    for (const char letter : text) {
      if (is_blank(letter)) {
        if (pre_ == 0) {
          wants_blank_ = true;
          continue;
        }
        if (letter == '\n') {
          line_ends(1);
          continue;
        }
      }
      begin_word();
      text_ += letter;
    }
  }
  void follow(const Tag& tag) {
    if (tag.name == "pre") pre_ += tag.is_end ? -1 : 1;
    if (lists(kParagraphs, tag.name)) line_ends(2);
    if (tag.name == "hr") {
      words("----");
      line_ends(2);
    }
    if (tag.name == "br") {
      ++breaks_;
      line_ends(breaks_);
    } else if (lists(kLines, tag.name)) {
      line_ends(1);
    }
    if (tag.name == "li" && !tag.is_end) words("- ");
    if ((tag.name == "td" || tag.name == "th") && tag.is_end) wants_blank_ = true;
    if (tag.name == "img") words(tag.alt);
    if (tag.name == "a") tag.is_end ? end_link() : links_.push_back({.href = tag.href, .begun = text_.size()});
  }
  std::string take() {
    while (!text_.empty() && is_blank(text_.back())) text_.pop_back();
    if (!text_.empty()) text_ += '\n';
    return std::move(text_);
  }

 private:
  struct Link {
    std::string href;
    std::size_t begun;
  };

  void begin_word() {
    if (!text_.empty() && ends_ > 0) text_.append(static_cast<std::size_t>(ends_), '\n');
    if (ends_ == 0 && wants_blank_ && !text_.empty() && text_.back() != ' ' && text_.back() != '\n') text_ += ' ';
    ends_ = breaks_ = 0;
    wants_blank_ = false;
  }
  void line_ends(int count) { ends_ = std::max(ends_, count); }
  void end_link() {
    if (links_.empty()) return;
    const Link link = std::move(links_.back());
    links_.pop_back();
    const std::size_t begun = std::min(text_.find_first_not_of(" \n", link.begun), text_.size());
    const std::string_view shown = std::string_view(text_).substr(begun);
    std::string_view target = link.href;
    for (const std::string_view scheme : {"mailto:", "tel:"}) {
      if (target.starts_with(scheme)) target.remove_prefix(scheme.size());
    }
    if (target.empty() || shown == target || shown == link.href) return;
    if (!shown.empty()) wants_blank_ = true;
    begin_word();
    text_ += shown.empty() ? std::string(target) : "<" + std::string(target) + ">";
  }

  std::string text_;
  int ends_ = 0;    // of lines, that stand before the next word
  int breaks_ = 0;  // of them, those that somebody asked for
  int pre_ = 0;
  bool wants_blank_ = false;
  std::vector<Link> links_;
};

}  // namespace

std::string to_plain_text(std::string_view html) {
  Writer writer;
  while (!html.empty()) {
    Tag tag;
    if (const std::size_t length = html.front() == '<' ? read_tag(html, tag) : 0; length > 0) {
      writer.follow(tag);
      html.remove_prefix(length);
      continue;
    }
    const std::size_t end = std::min(html.find('<', 1), html.size());
    writer.words(decode(html.substr(0, end)));
    html.remove_prefix(end);
  }
  return writer.take();
}

}  // namespace portal::layouts
