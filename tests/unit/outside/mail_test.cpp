#include "mail/mail.hpp"

#include <gtest/gtest.h>

#include "mail/address.hpp"
#include "mail/encode.hpp"
#include "send/outcome.hpp"

namespace portal::outside {
namespace {

Mail some_mail() {
  return {
      .from_name = "Brightwater",
      .from_address = "office@brightwater.example",
      .to = "ann@acme.example",
      .reply_to = "",
      .subject = "Hello",
      .message_id = "1.2.reference@brightwater.example",
      .date = std::chrono::sys_days(std::chrono::year(2026) / 2 / 28) + std::chrono::hours(7) + std::chrono::seconds(5),
      .text = "text\n",
      .html = "<p>html</p>\n"};
}

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\r\n"), text.size());
    longest = std::max(longest, end);
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return longest;
}

std::string repeated(std::string_view part, int times) {
  std::string text;
  while (times-- > 0) text += part;
  return text;
}

TEST(Mail, IsTwoPartsUnderItsHeaders) {
  const Result<std::string> mail = build_mail(some_mail());
  ASSERT_TRUE(mail);
  EXPECT_TRUE(mail->starts_with(
      "From: Brightwater <office@brightwater.example>\r\nTo: ann@acme.example\r\nSubject: Hello\r\n"
      "Date: Sat, 28 Feb 2026 07:00:05 +0000\r\nMessage-ID:\r\n <1.2.reference@brightwater.example>\r\n"));
  EXPECT_NE(mail->find("Content-Type: multipart/alternative;\r\n boundary=\"=_"), std::string::npos);
  EXPECT_LT(mail->find("text/plain"), mail->find("text/html"));
  EXPECT_EQ(*mail, *build_mail(some_mail()));
}

TEST(Mail, RefusesWhatWouldMakeAHeader) {
  using Change = void (*)(Mail&);
  const Change changes[] = {[](Mail& mail) { mail.subject = "a\r\nBcc: b@example.com"; },
                            [](Mail& mail) { mail.from_name = "a\nb"; },
                            [](Mail& mail) { mail.message_id = "a\r\n@b"; },
                            [](Mail& mail) { mail.to = "a@b.example\r\nBcc: c@d.example"; },
                            [](Mail& mail) { mail.to = "a@b.example>,<c@d.example"; },
                            [](Mail& mail) { mail.from_address = "a"; },
                            [](Mail& mail) { mail.reply_to = "a @b.example"; },
                            [](Mail& mail) { mail.subject = "\xFF"; },
                            [](Mail& mail) { mail.text = "\xC3"; }};
  for (const Change change : changes) {
    Mail mail = some_mail();
    change(mail);
    EXPECT_FALSE(build_mail(mail));
  }
}

TEST(Mail, LinesAreShortWhateverStandsInThem) {
  Mail mail = some_mail();
  mail.from_name = repeated("Ñandú & \"Söhne\" ", 30);
  mail.subject = repeated("\xF0\x9F\x98\x80", 200);
  mail.text = repeated("x", 5000) + "\n" + repeated("é", 3000);
  mail.html = repeated("<b>=</b>", 1000);
  mail.reply_to = std::string(60, 'r') + "@" + repeated("d.", 90) + "example";
  const Result<std::string> built = build_mail(mail);
  ASSERT_TRUE(built);
  EXPECT_LE(longest_line(*built), 998U);
  mail.reply_to.clear();
  EXPECT_LE(longest_line(*build_mail(mail)), 78U);
  EXPECT_EQ(std::ranges::count_if(*built, [](char letter) { return letter < 0; }), 0);
}

TEST(Addresses, AreWhatMailCanCarry) {
  for (const char* address : {"a@b", "first.last+tag@sub.example.com", "o'neil@example.ie"})
    EXPECT_TRUE(check_address(address)) << address;
  for (const char* address : {"", "@b", "a@", "a", "a@b@c", "a b@c", "a@b\n", "<a@b>", "a,b@c", "\"a\"@b", "a@b;c"})
    EXPECT_FALSE(check_address(address)) << address;
  EXPECT_FALSE(check_address(std::string(250, 'a') + "@b.cd"));
}

TEST(Addresses, HaveTheirDomainInAsciiWhereTheyGoOut) {
  EXPECT_EQ(*ascii_address("Ann@Acme.example"), "Ann@Acme.example") << "as it was written";
  EXPECT_EQ(*ascii_address("info@müller.example"), "info@xn--mller-kva.example");
  EXPECT_EQ(*ascii_address("info@MÜLLER.Example"), "info@xn--mller-kva.example");
  EXPECT_EQ(*ascii_address("info@post.例え.example"), "info@post.xn--r8jz45g.example");
  for (const char* address : {"a@。.example", "a@％.exä", "a@ü%2e.example", "a@ü..example", "a@b.example\n", "a"})
    EXPECT_FALSE(ascii_address(address)) << address;
  EXPECT_FALSE(ascii_address("a@" + repeated("ü", 63) + ".example"));
  EXPECT_EQ(ascii_address("josé@acme.example").error().log_detail,
            "the address has letters before the @ that mail servers cannot be relied on to take");
}

TEST(Mail, WritesInternationalDomainsInAscii) {
  Mail mail = some_mail();
  mail.from_address = "büro@brightwater.example";
  EXPECT_FALSE(build_mail(mail));
  mail.from_address = "office@wässer.example";
  mail.to = "info@müller.example";
  mail.reply_to = "ann@grün.example";
  const Result<std::string> built = build_mail(mail);
  ASSERT_TRUE(built);
  EXPECT_TRUE(
      built->starts_with("From: Brightwater <office@xn--wsser-gra.example>\r\n"
                         "To: info@xn--mller-kva.example\r\nReply-To: ann@xn--grn-ioa.example\r\n"))
      << *built;
}

TEST(QuotedPrintable, EncodesWhatIsNotPlain) {
  EXPECT_EQ(encode_quoted_printable(""), "");
  EXPECT_EQ(encode_quoted_printable("a=b é\n"), "a=3Db =C3=A9\r\n");
  EXPECT_EQ(encode_quoted_printable("end \nnext\t\r\n.dot"), "end=20\r\nnext=09\r\n.dot\r\n");
  EXPECT_EQ(encode_quoted_printable(std::string(76, 'a')), std::string(75, 'a') + "=\r\na\r\n");
  EXPECT_EQ(encode_quoted_printable(std::string(75, 'a')), std::string(75, 'a') + "\r\n");
  EXPECT_EQ(encode_quoted_printable(std::string(74, 'a') + "é"), std::string(74, 'a') + "=\r\n=C3=A9\r\n");
}

TEST(Headers, AreEncodedWordsOnlyWhenTheyMust) {
  EXPECT_EQ(encode_header("Subject", "Plain words"), "Subject: Plain words\r\n");
  EXPECT_EQ(encode_header("Subject", "é"), "Subject: =?UTF-8?B?w6k=?=\r\n");
  // What looks like an encoded word and is none must not be read as one.
  EXPECT_EQ(encode_header("Subject", "=?UTF-8?Q?x?="), "Subject: =?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=\r\n");
  const std::string folded = encode_header("Subject", repeated("€", 60));
  EXPECT_LE(longest_line(folded), 76U);
  EXPECT_NE(folded.find("?=\r\n =?UTF-8?B?"), std::string::npos);
}

TEST(Headers, MailboxesAreQuotedOrEncoded) {
  EXPECT_EQ(encode_mailbox("", "a@b.example", 6), "a@b.example");
  EXPECT_EQ(encode_mailbox("Ann Lee", "a@b.example", 6), "Ann Lee <a@b.example>");
  EXPECT_EQ(encode_mailbox("Lee, Ann \"A\"", "a@b.example", 6), "\"Lee, Ann \\\"A\\\"\" <a@b.example>");
  EXPECT_EQ(encode_mailbox("Zoë", "a@b.example", 6), "=?UTF-8?B?Wm/Dqw==?= <a@b.example>");
  EXPECT_EQ(encode_mailbox("x@evil.example", "a@b.example", 6), "\"x@evil.example\" <a@b.example>");
}

TEST(Printable, IsOneLineWithoutCommandsForATerminal) {
  EXPECT_EQ(printable("450 no\r\n  more"), "450 no    more");
  EXPECT_EQ(printable("a\x7F"
                      "b\xC2\x9B"
                      "31mc\xC2\xA0"
                      "d\xC2\x85"),
            "a b 31mc\xC2\xA0"
            "d");
  EXPECT_EQ(printable("\xFFgr\xC3\xBC"), "?gr??") << "not valid text as a whole";
}

}  // namespace
}  // namespace portal::outside
