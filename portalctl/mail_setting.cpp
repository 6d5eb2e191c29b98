#include "portalctl/mail_setting.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "crypto/places.hpp"
#include "crypto/sealed.hpp"
#include "mail/mail.hpp"
#include "portalctl/text.hpp"
#include "portalctl/text_file.hpp"
#include "portalctl_sql/mail.hpp"

namespace portal::portalctl {
namespace {

constexpr std::size_t kNameLength = 300;  // as the column, in code points
constexpr std::uint16_t kSubmissionPort = 587, kTlsPort = 465;

template <class Text>
std::string text_of(const std::optional<Text>& text) {
  return text ? std::string(*text) : std::string();
}

std::optional<std::string_view> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
}

std::string_view word_for(outside::SmtpSecurity security) {
  return security == outside::SmtpSecurity::kTls ? "tls" : "starttls";
}

Outcome<void> take_address(const std::optional<std::string>& change, std::string& target) {
  if (!change) return {};
  target = trimmed(*change);
  if (!target.empty() && !outside::check_address(target))
    return misused(fmt::format("\"{}\" is not an email address.", *change));
  return {};
}

Outcome<void> take_name(const std::optional<std::string>& change, std::string& target) {
  if (!change) return {};
  target = trimmed(*change);
  const bool has_control =
      std::ranges::any_of(target, [](char letter) { return (letter >= 0 && letter < ' ') || letter == '\x7F'; });
  if (!target.empty() && (has_control || !find_text_fault(target, {.maximum = kNameLength}).empty()))
    return misused(fmt::format("A sender's name has at most {} characters and stands in one line.", kNameLength));
  return {};
}

Outcome<void> take_server(const MailChanges& changes, outside::MailSetting& setting) {
  if (changes.smtp_host) {
    std::string host = lower_case(trimmed(*changes.smtp_host));
    // A password is for the server that it was given for: another one is not shown it.
    if (host != setting.smtp_host) {
      setting.smtp_username.clear();
      setting.smtp_password.clear();
      setting.smtp_password_key_id.clear();
    }
    setting.smtp_host = std::move(host);
  }
  // What the operator names may stand in the operator's own network. Another port does not name what staff chose.
  if (changes.smtp_host) setting.server_is_staffs = false;
  if (setting.smtp_host.empty()) {
    if (changes.smtp_port || changes.smtp_security || changes.smtp_username || changes.smtp_password_file)
      return misused("A mail server is named with --smtp-host.");
    outside::MailSetting rest;
    rest.sender_name = setting.sender_name;
    rest.sender_address = setting.sender_address;
    rest.reply_to = setting.reply_to;
    setting = rest;
    return {};
  }
  if (changes.smtp_security)
    setting.smtp_security =
        *changes.smtp_security == "tls" ? outside::SmtpSecurity::kTls : outside::SmtpSecurity::kStartTls;
  if (changes.smtp_port) setting.smtp_port = *changes.smtp_port;
  if (setting.smtp_port == 0)
    setting.smtp_port = setting.smtp_security == outside::SmtpSecurity::kTls ? kTlsPort : kSubmissionPort;
  if (setting.sender_address.empty())
    return misused("A mail server of its own sends from an address of its own: --sender-address.");
  return {};
}

Outcome<void> take_credentials(const MailChanges& changes, outside::MailSetting& setting, std::int64_t account_id,
                               const crypto::Keyring* keys) {
  if (changes.smtp_username) setting.smtp_username = trimmed(*changes.smtp_username);
  if (setting.smtp_username.empty()) {
    setting.smtp_password.clear();
    setting.smtp_password_key_id.clear();
  }
  if (changes.smtp_password_file) {
    const Outcome<std::string> text = read_text_file(*changes.smtp_password_file, Readers::kOwnerOnly);
    if (!text) return failed(text.error());
    const std::string password = trimmed(*text);
    if (password.empty()) return failed(fmt::format("{} is empty.", *changes.smtp_password_file));
    Result<crypto::Sealed> sealed = crypto::seal(password, crypto::smtp_password_place(account_id), *keys);
    if (!sealed) return failed("The password was not encrypted", sealed.error());
    setting.smtp_password = std::move(sealed->bytes);
    setting.smtp_password_key_id = std::move(sealed->key_id);
  }
  if (setting.smtp_username.empty() != setting.smtp_password.empty())
    return misused("--smtp-username and --smtp-password-file belong together.");
  return {};
}

Outcome<void> store(Database& database, std::int64_t account_id, const outside::MailSetting& setting) {
  const bool has_server = !setting.smtp_host.empty();
  const auto password = setting.smtp_password.empty() ? std::nullopt : std::optional<pg::Bytes>(setting.smtp_password);
  return database.execute(sql::store_mail_setting(
      account_id, unless_empty(setting.sender_name), unless_empty(setting.sender_address),
      unless_empty(setting.reply_to), unless_empty(setting.smtp_host),
      has_server ? std::optional<std::int32_t>(setting.smtp_port) : std::nullopt,
      has_server ? std::optional<std::string_view>(word_for(setting.smtp_security)) : std::nullopt,
      unless_empty(setting.smtp_username), password, unless_empty(setting.smtp_password_key_id),
      setting.server_is_staffs ? "staff" : "operator"));
}

}  // namespace

Outcome<outside::MailSetting> load_mail_setting(Database& database, std::int64_t account_id) {
  auto answer = database.fetch<sql::LoadMailSettingRow>(sql::load_mail_setting(account_id));
  if (!answer) return failed(answer.error());
  if (answer->empty()) return outside::MailSetting{};
  const sql::LoadMailSettingRow row = (*answer)[0];
  outside::MailSetting setting{
      .sender_name = text_of(row.sender_name),
      .sender_address = text_of(row.sender_address),
      .reply_to = text_of(row.reply_to),
      .smtp_host = text_of(row.smtp_host),
      .smtp_port = static_cast<std::uint16_t>(row.smtp_port.value_or(0)),
      .smtp_security = row.smtp_security == "tls" ? outside::SmtpSecurity::kTls : outside::SmtpSecurity::kStartTls,
      .smtp_username = text_of(row.smtp_username),
      .smtp_password = {},
      .smtp_password_key_id = text_of(row.smtp_password_key_id),
      .server_is_staffs = row.smtp_set_by == "staff"};
  if (row.smtp_password) setting.smtp_password.assign(row.smtp_password->begin(), row.smtp_password->end());
  return setting;
}

Outcome<void> change_mail_setting(Database& database, std::int64_t account_id, const MailChanges& changes,
                                  const crypto::Keyring* keys) {
  Outcome<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return failed(transaction.error());
  Outcome<outside::MailSetting> setting = load_mail_setting(database, account_id);
  if (!setting) return failed(setting.error());
  for (const Outcome<void>& taken : {take_name(changes.sender_name, setting->sender_name),
                                     take_address(changes.sender_address, setting->sender_address),
                                     take_address(changes.reply_to, setting->reply_to), take_server(changes, *setting),
                                     take_credentials(changes, *setting, account_id, keys)}) {
    if (!taken) return failed(taken.error());
  }
  if (Outcome<void> done = store(database, account_id, *setting); !done) return done;
  return transaction->commit();
}

Outcome<void> print_mail_setting(Database& database, std::int64_t account_id, Format format) {
  const Outcome<outside::MailSetting> setting = load_mail_setting(database, account_id);
  if (!setting) return failed(setting.error());
  const auto cell = [](const std::string& text) { return text.empty() ? Cell() : text_cell(std::string_view(text)); };
  const bool has_server = !setting->smtp_host.empty();
  Table table({"sender_name", "sender_address", "reply_to", "smtp_host", "smtp_port", "smtp_security", "smtp_username",
               "has_password"});
  table.add({cell(setting->sender_name), cell(setting->sender_address), cell(setting->reply_to),
             cell(setting->smtp_host), has_server ? Cell(std::int64_t{setting->smtp_port}) : Cell(),
             has_server ? text_cell(word_for(setting->smtp_security)) : Cell(), cell(setting->smtp_username),
             !setting->smtp_password.empty()});
  if (format == Format::kText && !has_server && setting->sender_address.empty())
    print_line("The account's mail leaves as courier.conf says.");
  table.print(format);
  return {};
}

}  // namespace portal::portalctl
