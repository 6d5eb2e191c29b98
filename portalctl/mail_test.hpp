// One mail, sent at once and past the outbox, that says whether the settings are right.
#pragma once

#include "portalctl/courier_setup.hpp"
#include "portalctl/database.hpp"

namespace portal::portalctl {

// Fails with what the server said.
Outcome<void> send_test_mail(Database& database, std::int64_t account_id, const std::string& to,
                             const outside::CourierSettings& settings, const crypto::Keyring& keys);

}  // namespace portal::portalctl
