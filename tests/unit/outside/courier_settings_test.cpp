#include "courier/settings.hpp"

#include <gtest/gtest.h>

#include "courier/breaker.hpp"
#include "courier/routing.hpp"
#include "courier/schedule.hpp"
#include "crypto/fixed_keys.hpp"

namespace portal::outside {
namespace {

std::string fault(std::string_view text) {
  const Result<CourierSettings> settings = parse_courier_settings(text);
  return settings ? "fine" : settings.error().log_detail;
}

TEST(CourierSettings, AreRead) {
  const Result<CourierSettings> settings = parse_courier_settings(
      "# a comment\ndatabase = host=/run/postgresql dbname=portal\nsends = 8\n\n[smtp]\nhost = "
      "mail.example\r\nport=465\nsecurity = tls\n"
      "sender_address = portal@mail.example\naccount_servers = any\naccount_ca_file = /etc/ca\nusername = "
      "u\npassword_file = "
      "/etc/portico/smtp\n[sms]\nprovider = "
      "form\nurl = https://sms.example/send\n"
      "field = a=b=c\nfield = d=\n[limits]\nrecipient_day = 3\n");
  ASSERT_TRUE(settings) << settings.error().log_detail;
  EXPECT_EQ(settings->database, "host=/run/postgresql dbname=portal");
  EXPECT_EQ(settings->sends, 8);
  EXPECT_EQ(settings->smtp.name(), "mail.example:465");
  EXPECT_EQ(settings->smtp.security, SmtpSecurity::kTls);
  EXPECT_EQ(settings->smtp_password_file, "/etc/portico/smtp");
  EXPECT_EQ(settings->account_servers, AccountServers::kAny);
  EXPECT_EQ(parse_courier_settings("")->account_servers, AccountServers::kPublic);
  EXPECT_EQ(settings->account_ca_file, "/etc/ca");
  ASSERT_EQ(settings->sms.extra.size(), 2U);
  EXPECT_EQ(settings->sms.extra[0].value, "b=c");
  EXPECT_EQ(settings->limits.recipient_day, 3);
  EXPECT_EQ(settings->limits.account_hour, 1000);
}

TEST(CourierSettings, BelieveAnAuthorityOfTheOperatorsAboutTheOperatorsServersOnly) {
  const Result<CourierSettings> settings =
      parse_courier_settings("[smtp]\nca_file = /etc/own-ca\naccount_ca_file = /etc/account-ca\n");
  ASSERT_TRUE(settings) << settings.error().log_detail;
  const crypto::Keyring keys = crypto::fixed_keyring();
  const auto ca_file_of = [&](bool server_is_staffs) {
    MailSetting own;
    own.smtp_host = "mail.example";
    own.server_is_staffs = server_is_staffs;
    return choose_server(*settings, own, 1, keys)->ca_file;
  };
  EXPECT_EQ(ca_file_of(false), "/etc/own-ca");
  EXPECT_EQ(ca_file_of(true), "/etc/account-ca");
}

TEST(CourierSettings, MayBeEmpty) { EXPECT_EQ(fault(""), "fine"); }

TEST(CourierSettings, SayTheLineThatIsWrong) {
  EXPECT_EQ(fault("\nnonsense"), "line 2: a line is `name = value`");
  EXPECT_EQ(fault("[nowhere]"), "line 1: a heading is [smtp], [sms] or [limits]");
  EXPECT_EQ(fault("host = a"), "line 1: there is no \"host\" before the first heading");
  EXPECT_EQ(fault("[smtp]\nport = 70000"), "line 2: that is no value for port");
  EXPECT_EQ(fault("sends = 8\nsends = 9"), "line 2: sends stands there twice");
  EXPECT_EQ(fault("total_seconds = 61"), "line 1: that is no value for total_seconds");
  EXPECT_EQ(fault("[smtp]\nhost ="), "line 2: that is no value for host");
}

TEST(CourierSettings, KnowWhatBelongsTogether) {
  EXPECT_NE(fault("[smtp]\nhost = a.example"), "fine");
  EXPECT_NE(fault("[smtp]\nhost = a.example\nsender_address = a@a.example\nsecurity = none"), "fine");
  EXPECT_NE(fault("[smtp]\nhost = 127.example.com\nsender_address = a@a.example\nsecurity = none"), "fine");
  EXPECT_EQ(fault("[smtp]\nhost = localhost\nsender_address = a@a.example\nsecurity = none"), "fine");
  EXPECT_NE(fault("[smtp]\nhost = a.example\nsender_address = a@a.example\nusername = u"), "fine");
  EXPECT_NE(fault("[sms]\nprovider = twilio\nusername = AC1"), "fine");
}

TEST(Schedule, WaitsTwiceAsLongEachTime) {
  EXPECT_EQ(delay_seconds(1, 0), 60);
  EXPECT_EQ(delay_seconds(2, 0), 120);
  EXPECT_EQ(delay_seconds(9, 0), 256 * 60);
  EXPECT_EQ(delay_seconds(10, 0), 6 * 60 * 60);
  EXPECT_EQ(delay_seconds(1000, 0), 6 * 60 * 60);
  EXPECT_EQ(delay_seconds(1, 1), 66);
}

TEST(Schedule, EndsAfterFiveDaysOrTenBrokenTries) {
  Message message;
  message.tried_seconds = kTriedSeconds - 1;
  EXPECT_EQ(mark_of(message, {.verdict = Verdict::kLater, .reason = "busy"}, 0).ending, Ending::kPostponed);
  EXPECT_EQ(mark_of(message, {.verdict = Verdict::kRefused, .reason = "no"}, 0).ending, Ending::kFailed);
  EXPECT_EQ(mark_of(message, {.verdict = Verdict::kLater, .reason = "busy", .retry_after = std::chrono::seconds(7)}, 0)
                .seconds,
            7);
  message.tried_seconds = kTriedSeconds;
  EXPECT_EQ(mark_of(message, {.verdict = Verdict::kLater, .reason = "busy"}, 0).ending, Ending::kFailed);
  EXPECT_EQ(mark_of_waiting(message, "away", 5).ending, Ending::kFailed);
  EXPECT_EQ(mark_of(message, {.verdict = Verdict::kSent, .reason = {}}, 0).ending, Ending::kSent);
  message.attempts = kMakingAttempts - 1;
  EXPECT_EQ(mark_of_broken(message, "broken", 0).ending, Ending::kPostponed);
  message.attempts = kMakingAttempts;
  EXPECT_EQ(mark_of_broken(message, "broken", 0).ending, Ending::kFailed);
}

TEST(Breaker, LeavesAServerAloneThatDoesNotAnswer) {
  Breaker breaker;
  const auto now = Breaker::Clock::now();
  for (int failure = 0; failure < Breaker::kFailures; ++failure) {
    EXPECT_EQ(breaker.wait_for("a", now).count(), 0);
    breaker.note("a", true, now);
  }
  EXPECT_GT(breaker.wait_for("a", now).count(), 0);
  EXPECT_EQ(breaker.wait_for("b", now).count(), 0);
  // After the pause one goes first.
  EXPECT_EQ(breaker.wait_for("a", now + Breaker::kPause).count(), 0);
  EXPECT_GT(breaker.wait_for("a", now + Breaker::kPause).count(), 0);
  breaker.note("a", false, now + Breaker::kPause);
  EXPECT_EQ(breaker.wait_for("a", now + Breaker::kPause).count(), 0);
}

}  // namespace
}  // namespace portal::outside
