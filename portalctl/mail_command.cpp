#include <memory>

#include <fmt/format.h>

#include "auth/email.hpp"
#include "portalctl/commands.hpp"
#include "portalctl/courier_setup.hpp"
#include "portalctl/invitation.hpp"
#include "portalctl/lookup.hpp"
#include "portalctl/mail_setting.hpp"
#include "portalctl/mail_test.hpp"

namespace portal::portalctl {
namespace {

struct Options {
  std::string account;
  std::string to;
  CourierOptions courier;
  MailChanges changes;
};

Outcome<void> show(const Invocation& invocation, const Options& options) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  return print_mail_setting(*database, account->account_id, invocation.format);
}

Outcome<void> set(const Invocation& invocation, const Options& options) {
  std::optional<crypto::Keyring> keys;
  if (options.changes.smtp_password_file) {
    Outcome<crypto::Keyring> loaded = load_keys(invocation.settings);
    if (!loaded) return failed(loaded.error());
    keys = std::move(*loaded);
  }
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  if (Outcome<void> done =
          change_mail_setting(*database, account->account_id, options.changes, keys ? &*keys : nullptr);
      !done)
    return done;
  print_line(fmt::format("Changed how {} sends mail. Try it: portalctl mail test --account {} --to ADDRESS",
                         account->name, options.account));
  return {};
}

Outcome<void> test(const Invocation& invocation, const Options& options) {
  const std::optional<std::string> to = auth::normalise_email(options.to);
  if (!to) return misused(fmt::format("\"{}\" is not an email address.", options.to));
  const Outcome<outside::CourierSettings> settings = load_courier_settings(options.courier);
  if (!settings) return failed(settings.error());
  const Outcome<crypto::Keyring> keys = load_keys(invocation.settings);
  if (!keys) return failed(keys.error());
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  return send_test_mail(*database, account->account_id, *to, *settings, *keys);
}

}  // namespace

void add_mail_command(CLI::App& app, Invocation& invocation) {
  CLI::App* mail = add_group(app, "mail", "How an account's mail is sent, where it differs from courier.conf");
  const auto options = std::make_shared<Options>();
  MailChanges& changes = options->changes;

  CLI::App* set_command = mail->add_subcommand("set", "Change what is named; \"\" takes it away");
  set_command->add_option("--account", options->account, "the account's slug")->required();
  set_command->add_option("--sender-name", changes.sender_name, "who the mail is from (at first: the portal's name)");
  set_command->add_option("--sender-address", changes.sender_address, "the address that it is from");
  set_command->add_option("--reply-to", changes.reply_to, "the address that answers go to");
  set_command->add_option("--smtp-host", changes.smtp_host,
                          "a mail server of the account's own; \"\" goes back to that of courier.conf");
  set_command->add_option("--smtp-port", changes.smtp_port, "its port (default: 587, with tls 465)")
      ->check(CLI::Range(1, 65535));
  set_command->add_option("--smtp-security", changes.smtp_security, "starttls (default) or tls")
      ->check(CLI::IsMember({"starttls", "tls"}));
  set_command->add_option("--smtp-username", changes.smtp_username, "the user to sign in as there");
  set_command->add_option("--smtp-password-file", changes.smtp_password_file,
                          "file with the password, which is kept encrypted");
  add_keys_option(*set_command, invocation);
  add_database_options(*set_command, invocation);
  set_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return set(invocation, *options); }; });

  CLI::App* show_command = mail->add_subcommand("show", "Print what the account has of its own");
  show_command->add_option("--account", options->account, "the account's slug")->required();
  add_database_options(*show_command, invocation);
  add_json_option(*show_command, invocation);
  show_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return show(invocation, *options); }; });

  CLI::App* test_command = mail->add_subcommand("test", "Send one mail at once, and say what the server said");
  test_command->add_option("--account", options->account, "the account's slug")->required();
  test_command->add_option("--to", options->to, "the address to send it to")->required();
  test_command->add_option("--config", options->courier.config,
                           fmt::format("settings file instead of {}", kCourierSettingsFile));
  add_keys_option(*test_command, invocation);
  add_database_options(*test_command, invocation);
  test_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return test(invocation, *options); }; });
}

}  // namespace portal::portalctl
