#include "courier/routing.hpp"

#include "crypto/places.hpp"
#include "crypto/sealed.hpp"

namespace portal::outside {

Result<SmtpServer> choose_server(const CourierSettings& settings, const MailSetting& own, std::int64_t account_id,
                                 const crypto::Keyring& keys) {
  if (own.smtp_host.empty()) return settings.smtp;
  SmtpServer server{.host = own.smtp_host,
                    .port = own.smtp_port,
                    .security = own.smtp_security,
                    .username = own.smtp_username,
                    .password = nullptr,
                    .ca_file = own.server_is_staffs ? settings.account_ca_file : settings.smtp.ca_file,
                    .hello = settings.smtp.hello,
                    .only_public = own.server_is_staffs && settings.account_servers == AccountServers::kPublic};
  if (own.smtp_password.empty()) return server;
  Result<crypto::SecretString> password =
      crypto::unseal(own.smtp_password_key_id, own.smtp_password, crypto::smtp_password_place(account_id), keys);
  if (!password) return fail(ErrorCode::kInternal, "the password of the account's mail server cannot be opened");
  server.password = std::make_shared<const crypto::SecretString>(std::move(*password));
  return server;
}

Sender choose_sender(const CourierSettings& settings, const MailSetting& own, const std::string& portal_name,
                     const std::string& account_name) {
  Sender sender{.name = own.sender_name, .address = own.sender_address, .reply_to = own.reply_to};
  if (sender.name.empty()) sender.name = settings.sender_name;
  if (sender.name.empty()) sender.name = portal_name.empty() ? account_name : portal_name;
  if (sender.address.empty()) sender.address = settings.sender_address;
  // What goes into a directory for somebody to look at need not be answered.
  if (sender.address.empty() && !settings.mail_directory.empty()) sender.address = "portal@localhost.localdomain";
  return sender;
}

}  // namespace portal::outside
