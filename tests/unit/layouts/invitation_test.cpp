#include "layouts/invitation.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "layouts/plain_text.hpp"
#include "layouts/position.hpp"

namespace portal::layouts {
namespace {

using Parse = Result<Layout> (*)(std::string_view);

std::string fault(Parse parse, std::string_view text) {
  const Result<Layout> layout = parse(text);
  if (layout) return "fine";
  const FieldError& field = layout.error().fields.at(0);
  const Position at = position_of(layout.error(), text).value_or(Position());
  return field.code + " " + std::to_string(at.line) + ":" + std::to_string(at.column);
}

TEST(Invitation, WhatComesWithThePortalCouldBeSaved) {
  for (const char* language : {"en", "es"}) {
    const InvitationDefault built_in = default_invitation(LayoutSet::built_in(), language);
    EXPECT_EQ(fault(parse_invitation_subject, built_in.subject), "fine") << built_in.subject;
    EXPECT_EQ(fault(parse_invitation_html, built_in.html), "fine") << built_in.html;
    EXPECT_EQ(fault(parse_invitation_sms, built_in.sms), "fine") << built_in.sms;
    EXPECT_FALSE(built_in.subject.empty() || built_in.html.empty() || built_in.sms.empty());
  }
}

TEST(Invitation, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(fault(parse_invitation_html, "<p>\n  {{client.nmae}} {{activation.url}}</p>"), "unknown_placeholder 2:3");
  EXPECT_EQ(fault(parse_invitation_html, "<p>{{activation.url}}"), "unclosed_tag 1:1");
  EXPECT_EQ(fault(parse_invitation_html, "<p>{{activation.url}}</p><script>"), "tag_not_allowed 1:26");
  EXPECT_EQ(fault(parse_invitation_html, "<p>{{activation.url</p>"), "unclosed_placeholder 1:4");
  EXPECT_EQ(fault(parse_invitation_html, "<p>no link</p>"), "missing_activation_url 0:0");
  EXPECT_EQ(fault(parse_invitation_html, "<a href=\"{{client.name}}\">x</a>{{activation.url}}"),
            "misplaced_placeholder 1:10");
  EXPECT_EQ(fault(parse_invitation_sms, "{{ activation.url }}"), "fine");
  EXPECT_EQ(fault(parse_invitation_sms, "{{client.name}}"), "missing_activation_url 0:0");
  EXPECT_EQ(fault(parse_invitation_sms, "a\x01{{activation.url}}"), "invalid_text 1:2");
  EXPECT_EQ(fault(parse_invitation_subject, "Hello\nBcc: x@example.com"), "invalid_text 1:6");
  EXPECT_EQ(fault(parse_invitation_subject, "Your link: {{activation.url}}"), "misplaced_placeholder 1:12");
}

TEST(Invitation, TheTextIsMadeFromTheHtml) {
  const Result<Layout> subject = parse_invitation_subject("Hello {{client.name}}");
  const Result<Layout> html =
      parse_invitation_html("<p>Dear {{client.name}},</p><p><a href=\"{{activation.url}}\">Begin</a></p>");
  ASSERT_TRUE(subject && html);
  const InvitationExample example("Ann & Sons", "https://a.example", "2026-12-05 18:00", "Europe/London", "en");
  const Result<InvitationMail> mail = make_invitation_mail(*subject, *html, example.values());
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->subject, "Hello Example Ltd");
  EXPECT_EQ(mail->text, "Dear Example Ltd,\n\nBegin <" + std::string(example.values().activation_url) +
                            ">\n\nAnn & Sons\nhttps://a.example/\n");
  const Result<std::string> document =
      frame_html(LayoutSet::built_in(), mail->html, "Ann & Sons", "https://a.example/", true);
  ASSERT_TRUE(document);
  EXPECT_TRUE(document->contains("src=\"https://a.example/api/v1/portal/logo\""));
  EXPECT_TRUE(document->contains("Ann &amp; Sons"));
  EXPECT_TRUE(document->ends_with("</html>\n"));
}

// 500 values that want to be markup, headers, links or templates, in every substitution: the same elements, the same
// lines, the same attributes come of them (SECURITY R51).
TEST(Invitation, FiveHundredHostileValuesChangeNothingButTheWords) {
  const std::vector<std::string> seeds = {"<script>alert(1)</script>",
                                          "\"><img src=x onerror=alert(1)>",
                                          "' onmouseover='x",
                                          "</p></div></body>",
                                          "<!--",
                                          "-->",
                                          "a\r\nBcc: evil@evil.example",
                                          "\nTo: evil@evil.example\n\n<b>x</b>",
                                          "{{activation.url}}",
                                          "{{",
                                          "}}",
                                          "{{company.name}}",
                                          "javascript:alert(1)",
                                          "https://evil.example/?x=",
                                          "\xE2\x80\xAE"
                                          "elpmaxe",
                                          "\xE2\x81\xA6x\xE2\x81\xA9",
                                          "\xE2\x80\xA8"
                                          "Bcc: x",
                                          "\xC2\x85"
                                          "Bcc: x",
                                          "\U0001F469\u200D\U0001F527",
                                          "&lt;b&gt;",
                                          "&#60;b&#62;",
                                          "%0d%0aBcc:x",
                                          "=?UTF-8?Q?=0ABcc:x?=",
                                          std::string("a\0b", 3),
                                          "\x1b[31m",
                                          "</title><style>*{display:none}</style>",
                                          "\t\t",
                                          "x\x7F",
                                          "]]>",
                                          "\\u003cb\\u003e"};
  std::vector<std::string> values;
  for (std::size_t distance = 0; values.size() < 500; ++distance)
    for (std::size_t index = 0; index < seeds.size() && values.size() < 500; ++index)
      values.push_back(distance == 0 ? seeds[index] : seeds[index] + seeds[(index + distance) % seeds.size()]);

  const Result<Layout> subject =
      parse_invitation_subject("{{client.name}} {{company.name}} {{portal.url}} {{activation.expires}}");
  const Result<Layout> html = parse_invitation_html(
      "<p title=\"t\">{{client.name}}</p><a href=\"{{activation.url}}\">{{company.name}}</a><a "
      "href='{{portal.url}}'>{{activation.expires}}</a><p>{{activation.url}}{{portal.url}}</p>");
  const Result<Layout> sms =
      parse_invitation_sms("{{client.name}}{{company.name}}{{portal.url}}{{activation.url}}{{activation.expires}}");
  ASSERT_TRUE(subject && html && sms);
  const auto shape = [](std::string_view text) {
    std::string shape;
    for (const char letter : text)
      if (std::string_view("<>\"'\n\r\0").contains(letter) || (letter >= 0 && letter < 0x20)) shape += letter;
    return shape;
  };
  const auto made = [&](std::string_view value, std::size_t place) {
    std::array<std::string_view, 5> at = {"x", "x", "x", "x", "x"};
    at[place] = value;
    const InvitationValues all{.client_name = at[0],
                               .company_name = at[1],
                               .portal_url = at[2],
                               .activation_url = at[3],
                               .activation_expires = at[4]};
    const Result<InvitationMail> mail = make_invitation_mail(*subject, *html, all);
    const Result<std::string> text = sms->render(all.values());
    const Result<std::string> document = frame_html(LayoutSet::built_in(), mail->html, at[1], at[2], true);
    EXPECT_TRUE(mail && text && document);
    for (const std::string_view part : {std::string_view(mail->subject), std::string_view(*text)})
      EXPECT_TRUE(std::ranges::none_of(part, [](char letter) {
        return (letter >= 0 && letter < 0x20) || letter == 0x7F;
      })) << value;
    EXPECT_FALSE(mail->subject.contains("\xE2\x80\xAE") || mail->subject.contains("\xE2\x80\xA8"));
    return shape(*document);
  };
  for (std::size_t place = 0; place < 5; ++place) {
    const std::string plain = made("x", place);
    for (const std::string& value : values) ASSERT_EQ(made(value, place), plain) << place << " " << value;
  }
}

}  // namespace
}  // namespace portal::layouts
