// The courier's settings file, /etc/portico/courier.conf: lines `name = value` below headings such as [smtp]; "#"
// begins a comment line. docs/mail.md explains every name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "send/sms.hpp"
#include "send/smtp.hpp"

namespace portal::outside {

// What may leave, by the messages that were sent (SECURITY R54). Over it they wait.
struct SendingLimits {
  std::int32_t account_hour = 1000;
  std::int32_t account_day = 5000;
  std::int32_t recipient_day = 20;
};

// Where a mail server may stand that an account's own people have named.
enum class AccountServers : std::uint8_t { kPublic, kAny };

struct CourierSettings {
  // Where the messages are and what opens them; the command line may say it too.
  std::string database;
  std::string database_password_file;
  std::string keys_file;

  std::string mail_directory;     // not empty: every message becomes a file here and nothing is sent
  std::string layouts_directory;  // not empty: layouts that stand here replace the built-in ones
  std::int32_t sends = 32;        // at a time
  std::int32_t account_sends = 4;
  std::int32_t poll_seconds = 10;
  std::int32_t database_seconds = 10;  // that the database may take for an answer
  std::int32_t keep_days = 90;         // what was sent or given up, until it is deleted

  SmtpServer smtp;  // without a host: only accounts with a server of their own send mail
  std::string smtp_password_file;
  std::string sender_address;
  std::string sender_name;  // empty: the name of the account's portal
  AccountServers account_servers = AccountServers::kPublic;
  // Authorities to believe about those servers; empty: the machine's own. What signs for the operator's own network
  // says nothing about hosts on the internet.
  std::string account_ca_file;

  SmsGateway sms;
  std::string sms_password_file;

  Deadlines deadlines;
  SendingLimits limits;
};

// kInvalidField; log_detail says the line and what is wrong with it, and repeats no value.
Result<CourierSettings> parse_courier_settings(std::string_view text);

}  // namespace portal::outside
