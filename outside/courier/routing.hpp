// By which server and in whose name an account's mail leaves: the account's own settings, else the host's.
#pragma once

#include "courier/compose.hpp"
#include "courier/outbox.hpp"
#include "courier/settings.hpp"

namespace portal::outside {

// Without a host when none is set up. kInternal when the account's password does not open.
Result<SmtpServer> choose_server(const CourierSettings& settings, const MailSetting& own, std::int64_t account_id,
                                 const crypto::Keyring& keys);

// Without an address when none is set up. `portal_name` may be empty.
Sender choose_sender(const CourierSettings& settings, const MailSetting& own, const std::string& portal_name,
                     const std::string& account_name);

}  // namespace portal::outside
