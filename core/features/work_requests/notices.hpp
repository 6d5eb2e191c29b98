// Mails that tell of a request. They are sealed before it is known who gets them, and what stands in them is read when
// they leave.
#pragma once

#include <cstddef>
#include <string>

#include "access/principal.hpp"
#include "base/result.hpp"
#include "crypto/keyring.hpp"

namespace portal::features::work_requests {

// To the one member who asked: an object with what sql/policies/73_work_requests.sql puts into the outbox.
Result<std::string> seal_notice(const access::Account& account, const crypto::Keyring& keys);
// To staff, at most so many of them: a list of these.
Result<std::string> seal_staff_notices(const access::Account& account, const crypto::Keyring& keys);

}  // namespace portal::features::work_requests
