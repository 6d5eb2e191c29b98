// Where values stand that one program seals and another opens: both have to name the same place.
#pragma once

#include <cstdint>

#include "crypto/digest.hpp"

namespace portal::crypto {

// The password of an account's own mail server.
inline Context smtp_password_place(std::int64_t account_id) {
  return Context("mail_setting.smtp_password").add(account_id);
}

}  // namespace portal::crypto
