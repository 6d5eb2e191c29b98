// How an account's mail leaves: what it has of its own beside the host's courier.conf.
#pragma once

#include <optional>
#include <string>

#include "courier/outbox.hpp"
#include "crypto/keyring.hpp"
#include "portalctl/database.hpp"
#include "portalctl/output.hpp"

namespace portal::portalctl {

// What was not named stays as it is; an empty text takes it away. Taking the server away takes all that belongs to it.
struct MailChanges {
  std::optional<std::string> sender_name;
  std::optional<std::string> sender_address;
  std::optional<std::string> reply_to;
  std::optional<std::string> smtp_host;
  std::optional<std::uint16_t> smtp_port;
  std::optional<std::string> smtp_security;  // starttls, tls
  std::optional<std::string> smtp_username;
  std::optional<std::string> smtp_password_file;
};

Outcome<outside::MailSetting> load_mail_setting(Database& database, std::int64_t account_id);

// All of it or nothing. `keys` seal the password.
Outcome<void> change_mail_setting(Database& database, std::int64_t account_id, const MailChanges& changes,
                                  const crypto::Keyring* keys);

Outcome<void> print_mail_setting(Database& database, std::int64_t account_id, Format format);

}  // namespace portal::portalctl
