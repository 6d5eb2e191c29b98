#include "portalctl/mail_test.hpp"

#include <chrono>

#include <fmt/format.h>

#include "courier/routing.hpp"
#include "crypto/token.hpp"
#include "layouts/layout.hpp"
#include "portalctl/mail_setting.hpp"
#include "portalctl_sql/mail.hpp"

namespace portal::portalctl {
namespace {

outside::Mail test_mail(const outside::Sender& sender, const std::string& to) {
  const std::string sentence = "If you can read this, the portal's mail arrives.";
  return {.from_name = layouts::clean_value(sender.name),
          .from_address = sender.address,
          .to = to,
          .reply_to = sender.reply_to,
          .subject = "Test of the portal's mail",
          .message_id = crypto::Token::generate().text() + sender.address.substr(sender.address.find('@')),
          .date = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
          .text = sentence + "\n",
          .html = "<!DOCTYPE html>\n<p>" + sentence + "</p>\n"};
}

outside::SendOutcome send(std::unique_ptr<outside::Transfer> transfer) {
  outside::prepare_network();
  outside::Transfers transfers;
  transfers.begin(1, std::move(transfer));
  for (;;) {
    transfers.wait({}, std::chrono::seconds(1));
    if (auto ended = transfers.take_ended(); !ended.empty()) return ended.front().outcome;
  }
}

}  // namespace

Outcome<void> send_test_mail(Database& database, std::int64_t account_id, const std::string& to,
                             const outside::CourierSettings& settings, const crypto::Keyring& keys) {
  const Outcome<outside::MailSetting> own = load_mail_setting(database, account_id);
  if (!own) return failed(own.error());
  auto names = database.fetch<sql::LoadSenderRow>(sql::load_sender(account_id));
  if (!names) return failed(names.error());
  const std::string account_name((*names)[0].account_name);
  const outside::Sender sender = outside::choose_sender(
      settings, *own, std::string((*names)[0].portal_name.value_or(std::string_view())), account_name);
  const Result<outside::SmtpServer> server = outside::choose_server(settings, *own, account_id, keys);
  if (!server) return failed("The mail was not sent", server.error());
  if (server->host.empty() || sender.address.empty())
    return failed(fmt::format("No mail server is set up: see [smtp] in {}, or portalctl mail set --smtp-host.",
                              kCourierSettingsFile));
  Result<std::string> text = outside::build_mail(test_mail(sender, to));
  if (!text) return failed("The mail was not sent", text.error());
  auto transfer = outside::make_smtp_transfer(*server, {.sender = sender.address, .recipient = to}, std::move(*text),
                                              settings.deadlines);
  if (!transfer) return failed("The mail was not sent", transfer.error());
  const outside::SendOutcome outcome = send(std::move(*transfer));
  if (outcome.verdict != outside::Verdict::kSent)
    return failed(fmt::format("{} did not take the mail: {}", server->name(), outcome.reason));
  print_line(fmt::format("{} took a mail from {} to {}.", server->name(), sender.address, to));
  return {};
}

}  // namespace portal::portalctl
