#include "layouts/layout_set.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "layouts/invitation.hpp"
#include "layouts/sms.hpp"

namespace portal::layouts {
namespace {

TEST(LayoutSet, EveryBuiltInLayoutIsGoodInBothLanguages) {
  const Result<LayoutSet> layouts = LayoutSet::load("");
  ASSERT_TRUE(layouts) << layouts.error().log_detail;
  const Value values[] = {{"client.name", "c"},    {"company.name", "b"},       {"portal.url", "p"},
                          {"activation.url", "a"}, {"activation.expires", "e"}, {"link.url", "l"},
                          {"link.expires", "x"},   {"request.number", "7"},     {"request.subject", "s"},
                          {"request.state", "t"},  {"request.url", "u"},        {"reply.lines", "r"}};
  for (const std::string language : {"en", "es"}) {
    for (const char* kind :
         {"invitation", "password_reset", "email_confirmation", "password_changed", "email_changed",
          "work_request_submitted", "work_request_cancelled", "work_request_answered", "work_request_changed"}) {
      for (const char* extension : {".txt", ".html"}) {
        const Result<std::string> text = layouts->render(language + "/" + kind + extension, values);
        EXPECT_TRUE(text && !text->empty()) << language << kind << extension;
      }
      EXPECT_TRUE(layouts->render_subject(language + "/" + kind + ".txt", values));
    }
    EXPECT_TRUE(layouts->render(language + "/invitation.sms", values));
  }
  EXPECT_FALSE(layouts->render("fr/invitation.txt", values));
}

// With one sign that GSM-7 lacks, such as the a of "valido" with its accent, a text message has room for 70 characters
// instead of 160.
TEST(LayoutSet, TextMessagesTakeNoMoreRoomThanTheyNeed) {
  for (const std::string language : {"en", "es"}) {
    const InvitationExample example("Harbour", "https://a.example", "2026-12-05 18:00", "Europe/London", language);
    const Result<std::string> text =
        LayoutSet::built_in().render(language + "/invitation.sms", example.values().values());
    ASSERT_TRUE(text);
    EXPECT_EQ(measure_sms(*text).encoding, SmsEncoding::kGsm7) << *text;
  }
}

TEST(LayoutSet, TheOperatorsTakeThePlaceOfTheBuiltInOnes) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "layout_set_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "en");
  std::ofstream(folder / "en/invitation.txt") << "Subject: From {{company.name}}\n\nGo to {{activation.url}}\n";
  std::ofstream(folder / "en/invitation.sms") << "Hosted: {{activation.url}}\n\n";
  const Result<LayoutSet> layouts = LayoutSet::load(folder);
  ASSERT_TRUE(layouts) << layouts.error().log_detail;
  const InvitationDefault own = default_invitation(*layouts, "en");
  const InvitationDefault built_in = default_invitation(LayoutSet::built_in(), "en");
  EXPECT_EQ(own.subject, "From {{company.name}}");
  EXPECT_EQ(own.sms, "Hosted: {{activation.url}}");
  EXPECT_EQ(own.html, built_in.html);
  EXPECT_EQ(default_invitation(*layouts, "es").subject, default_invitation(LayoutSet::built_in(), "es").subject);
  const InvitationExample example("Ann & Sons", "https://a.example", "2026-12-05 18:00", "Europe/London", "en");
  const Result<InvitationMail> mail = make_default_mail(*layouts, "en", example.values());
  ASSERT_TRUE(mail) << mail.error().log_detail;
  EXPECT_EQ(mail->subject, "From Ann & Sons");
  EXPECT_EQ(mail->text, "Go to " + std::string(example.values().activation_url) + "\n");

  std::ofstream(folder / "en/invitation.sms") << "{{client.nmae}}";
  const Result<LayoutSet> wrong = LayoutSet::load(folder);
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().log_detail.contains("en/invitation.sms: line 1, column 1: unknown_placeholder"))
      << wrong.error().log_detail;
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace portal::layouts
