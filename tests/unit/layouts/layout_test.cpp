#include "layouts/layout.hpp"

#include <array>

#include <gtest/gtest.h>

namespace portal::layouts {
namespace {

constexpr std::string_view kNames[] = {"client.name", "company.name", "activation.url"};

std::string fault(std::string_view text, Format format = Format::kText) {
  const Result<Layout> layout = Layout::parse(text, format, kNames);
  if (layout) return "fine";
  return layout.error().fields.at(0).code + " " + layout.error().fields.at(0).pointer;
}

std::string render(std::string_view text, Format format, std::string_view name) {
  const Result<Layout> layout = Layout::parse(text, format, kNames);
  if (!layout) return "refused";
  const Value values[] = {
      {"client.name", name}, {"company.name", "Ann & Sons"}, {"activation.url", "https://a.example/activate#x"}};
  return layout->render(values).value_or("no value");
}

TEST(Layout, FillsIn) {
  EXPECT_EQ(render("Dear {{client.name}}, {{ company.name }}: {{activation.url}}", Format::kText, "Bob"),
            "Dear Bob, Ann & Sons: https://a.example/activate#x");
  EXPECT_EQ(render("", Format::kText, "Bob"), "");
  EXPECT_EQ(render("{one} } }} {", Format::kText, "Bob"), "{one} } }} {");
}

TEST(Layout, EscapesInHtmlAndNotInText) {
  EXPECT_EQ(render("<p>{{client.name}}</p>", Format::kHtml, "<b title='\"'>&amp;"),
            "<p>&lt;b title=&#39;&quot;&#39;&gt;&amp;amp;</p>");
  EXPECT_EQ(render("{{client.name}}", Format::kText, "<b>&"), "<b>&");
}

TEST(Layout, DoesNotLookIntoValues) {
  EXPECT_EQ(render("{{client.name}}", Format::kText, "{{company.name}}"), "{{company.name}}");
  EXPECT_EQ(render("{{client.name}}", Format::kText, "{{"), "{{");
}

TEST(Layout, ValuesAreOneLineAndTurnNothing) {
  EXPECT_EQ(render("{{client.name}}", Format::kText, "a\r\nBcc: b\x7F\t\xC2\x85\xE2\x80\xA8z"), "a  Bcc: b    z");
  EXPECT_EQ(render("{{client.name}}", Format::kText,
                   "a\xE2\x80\xAE"
                   "b\xE2\x81\xA6"
                   "c\xE2\x80\x8F"),
            "abc\xE2\x80\x8F");
}

TEST(Layout, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(fault("Dear {{client.nmae}}"), "unknown_placeholder @5");
  EXPECT_EQ(fault("\xC3\xA9 {{client.name"), "unclosed_placeholder @3");
  EXPECT_EQ(fault("{{}}"), "invalid_placeholder @0");
  EXPECT_EQ(fault("{{client name}}"), "invalid_placeholder @0");
  EXPECT_EQ(fault("a\xFF"), "invalid_text @1");
  EXPECT_EQ(fault(std::string(Layout::kMaximumBytes, 'a')), "fine");
  EXPECT_EQ(fault(std::string(Layout::kMaximumBytes + 1, 'a')), "too_long @65536");
  const Result<Layout> layout = Layout::parse("one\n\xC3\xA9t\xC3\xA9 {{x}}", Format::kText, kNames);
  ASSERT_FALSE(layout);
  EXPECT_EQ(layout.error().log_detail, "line 2, column 5: unknown_placeholder");
}

TEST(Layout, InHtmlAPlaceholderStandsWhereEscapingHolds) {
  for (const char* html :
       {"{{client.name}}", "<p>{{client.name}}", "<a href=\"{{activation.url}}\">x</a>",
        "<a title='>' href='{{activation.url}}'>", "a < {{client.name}}", "<!-- > -->{{client.name}}",
        "<style>p > a {}</style>{{client.name}}", "<STYLE>'</style >{{client.name}}"})
    EXPECT_EQ(fault(html, Format::kHtml), "fine") << html;
  for (const char* html :
       {"<{{client.name}}>", "<p {{client.name}}>", "<a href={{activation.url}}>", "<a href=\"{{client.name}}\">",
        "<script>\"{{client.name}}\"</script>", "<style>{{client.name}}</style>", "<!-- {{client.name}} -->",
        "<p title=\"'>{{client.name}}", "</p {{client.name}}", "<script></scripts>{{client.name}}"})
    EXPECT_TRUE(fault(html, Format::kHtml).starts_with("misplaced_placeholder")) << html;
}

TEST(Layout, OnlyValuesThatAreLinesHaveSeveral) {
  constexpr std::array<std::string_view, 2> kBoth = {"reply.lines", "reply.line"};
  const std::array<Value, 2> values = {Value{"reply.lines", "a\r\n\n<b>\tc\r"}, {"reply.line", "a\n<b>"}};
  const auto made = [&](Format format) {
    return Layout::parse("{{reply.lines}}|{{reply.line}}", format, kBoth)->render(values).value();
  };
  EXPECT_EQ(made(Format::kText), "a\n\n<b> c |a <b>");
  EXPECT_EQ(made(Format::kHtml), "a<br><br>&lt;b&gt; c |a &lt;b&gt;");
}

TEST(Layout, AValueThatIsMissingIsAnError) {
  const Result<Layout> layout = Layout::parse("{{client.name}}", Format::kText, kNames);
  ASSERT_TRUE(layout);
  EXPECT_FALSE(layout->render({}));
}

}  // namespace
}  // namespace portal::layouts
