// Mails that only tell of something: what a member asked for or decided, what staff answered. They are sealed before it
// is known who gets them, and what stands in them is read when they leave.
#pragma once

#include <string>

#include "access/principal.hpp"
#include "base/result.hpp"
#include "crypto/keyring.hpp"

namespace portal::auth {

// To one person: an object with what the statement puts into the outbox, {"reference", "payload" (hex), "key_id"}.
Result<std::string> make_notice(const access::Account& account, const crypto::Keyring& keys);
// To staff, at most so many of them (portal.tell_staff): a list of these.
Result<std::string> make_staff_notices(const access::Account& account, const crypto::Keyring& keys);

}  // namespace portal::auth
