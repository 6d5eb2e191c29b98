#include "layouts/html_rules.hpp"

#include <gtest/gtest.h>

#include "layouts/position.hpp"

namespace portal::layouts {
namespace {

std::string fault(std::string_view html) {
  const Result<void> valid = check_html(html);
  if (valid) return "fine";
  const FieldError& field = valid.error().fields.at(0);
  const Position at = position_of(valid.error(), html).value_or(Position());
  return field.code + " " + std::to_string(at.line) + ":" + std::to_string(at.column);
}

TEST(HtmlRules, TakesWhatMailsAreMadeOf) {
  for (const char* html :
       {"", "plain & simple &amp; €", "<p>Hello {{client.name}},</p>", "<P ALIGN=\"center\">a<br>b<BR/>c<hr /></P>",
        "<a href=\"{{activation.url}}\" style=\"color:#fff;padding:12px "
        "20px;background:#1f5fbf;border-radius:6px\">x</a>",
        "<a href='https://example.com/?a=1&amp;b=2'>x</a>", "<a href=\"mailto:office@example.com\">x</a>",
        "<a href=\"TEL:+44\">x</a>", "<img src=\"https://example.com/l.png\" alt=\"\" width=\"120\">",
        "<table width=\"100%\" cellpadding=\"0\"><tbody><tr><td valign=\"top\">a</td></tr></tbody></table>",
        "<ul><li>a</li><li>b</li></ul>", "a > b", "<div dir=\"rtl\" lang=\"ar\">x</div >",
        "<p\nstyle=\"margin:0;\">x</p>"})
    EXPECT_EQ(fault(html), "fine") << html;
}

TEST(HtmlRules, RefusesScriptsInEveryDisguise) {
  for (const char* html : {"<script>alert(1)</script>",
                           "<SCRIPT SRC=//evil.example>",
                           "<svg onload=alert(1)>",
                           "<iframe src=\"https://a\"></iframe>",
                           "<object data=\"x\"></object>",
                           "<embed>",
                           "<form></form>",
                           "<input>",
                           "<style>p{}</style>",
                           "<link rel=\"x\">",
                           "<meta http-equiv=\"refresh\">",
                           "<base href=\"https://evil.example/\">",
                           "<math></math>",
                           "<template></template>",
                           "<body>",
                           "<html>",
                           "<!-- a -->",
                           "<!DOCTYPE html>",
                           "<?php ?>",
                           "<![CDATA[x]]>",
                           "<font>x</font>",
                           "<p:script>x</p:script>"})
    EXPECT_TRUE(fault(html).starts_with("tag_not_allowed ") || fault(html).starts_with("invalid_markup "))
        << html << fault(html);
  for (const char* html : {"<p onclick=\"x\">a</p>", "<img src=\"https://a/\" onerror=\"x\">",
                           "<a href=\"https://a/\" target=\"_blank\">x</a>", "<p id=\"x\">a</p>",
                           "<p class=\"x\">a</p>", "<p srcdoc=\"x\">a</p>", "<a ping=\"https://a/\">x</a>"})
    EXPECT_TRUE(fault(html).starts_with("attribute_not_allowed ")) << html;
  for (const char* html : {"<a href=\"javascript:alert(1)\">x</a>", "<a href=\" javascript:alert(1)\">x</a>",
                           "<a href=\"java&#115;cript:alert(1)\">x</a>", "<a href=\"data:text/html,x\">x</a>",
                           "<a href=\"//evil.example\">x</a>", "<a href=\"/x\">x</a>", "<a href=\"\">x</a>",
                           "<a href=\"vbscript:x\">x</a>", "<img src=\"http://a/x.png\">",
                           "<img src=\"data:image/png;base64,x\">", "<a href=\"https://\">x</a>"})
    EXPECT_TRUE(fault(html).starts_with("url_not_allowed ")) << html;
  for (const char* html :
       {"<p style=\"background:url(https://a/)\">x</p>", "<p style=\"position:fixed\">x</p>",
        "<p style=\"color:expression(1)\">x</p>", "<p style=\"behavior:x\">x</p>", "<p style=\"color:\\72 ed\">x</p>",
        "<p style=\"color:&#114;\">x</p>", "<p style=\"color\">x</p>", "<p style=\"-moz-binding:x\">x</p>",
        "<p style=\"@import 'x'\">x</p>", "<p style=\"content:attr(x)\">x</p>"})
    EXPECT_TRUE(fault(html).starts_with("style_not_allowed ")) << html;
}

TEST(HtmlRules, AsksForTagsThatCloseEachOther) {
  EXPECT_EQ(fault("<p>one\n<b>two"), "unclosed_tag 2:1");
  EXPECT_EQ(fault("<p>one</b></p>"), "unexpected_end_tag 1:7");
  EXPECT_EQ(fault("</div>"), "unexpected_end_tag 1:1");
  EXPECT_EQ(fault("<b><i>x</b></i>"), "unexpected_end_tag 1:8");
  EXPECT_EQ(fault("é\n é<p"), "unclosed_tag 2:3");
  EXPECT_EQ(fault("<p title=\"x>y</p>"), "unclosed_tag 1:1");
  EXPECT_EQ(fault("<br></br>"), "unexpected_end_tag 1:5");
  std::string deep;
  for (int level = 0; level < 64; ++level) deep += "<b>";
  EXPECT_EQ(fault(deep + "<b>"), "too_deep 1:193");
}

TEST(HtmlRules, TakesNothingThatReadersTakeDifferently) {
  for (const char* html :
       {"a < b", "<", "<>", "< p>", "<p title=x>a</p>", "<p title>a</p>", "<p title=\"a\" title=\"b\">x</p>", "<p/>",
        "<p title=\"a\"lang=\"b\">x</p>", "<p title=\"<b>\">x</p>", "</>", "</p x>", "<p \"x\">a</p>", "<1>"})
    EXPECT_TRUE(fault(html).starts_with("invalid_markup ")) << html << fault(html);
}

TEST(HtmlRules, PlaceholdersStandInTextOrAreALinkByThemselves) {
  EXPECT_EQ(fault("<a href=\"https://evil.example/?{{activation.url}}\">x</a>"), "misplaced_placeholder 1:4");
  EXPECT_EQ(fault("<a href=\"{{portal.url}}{{activation.url}}\">x</a>"), "misplaced_placeholder 1:4");
  EXPECT_EQ(fault("<p title=\"{{client.name}}\">x</p>"), "misplaced_placeholder 1:4");
  EXPECT_EQ(fault("<img src=\"{{portal.url}}\">"), "misplaced_placeholder 1:6");
  EXPECT_EQ(fault("<p {{client.name}}>x</p>"), "invalid_markup 1:4");
  EXPECT_EQ(fault("<{{client.name}}>"), "invalid_markup 1:1");
}

}  // namespace
}  // namespace portal::layouts
