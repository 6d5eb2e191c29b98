// An address that somebody typed in counts once a mail to it is confirmed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/principal.hpp"
#include "base/result.hpp"
#include "crypto/keyring.hpp"
#include "pg/statement.hpp"

namespace portal::features {

struct EmailChange {
  std::int64_t member_id;
  std::string address;
  std::string_view language;  // of the mail
};

// The statements that make the link and the mail with it. They stand in the segment of their cause.
Result<std::vector<pg::Query>> ask_for_confirmation(const access::Account& account, const EmailChange& change,
                                                    const crypto::Keyring& keys);

}  // namespace portal::features
