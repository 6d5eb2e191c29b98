// Who somebody is before anybody has signed in: the spelling of an address, the cookie of a session, new tokens, and
// passwords that are hashed away from the loop.
//
// This header: the address that is a login.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"

namespace portal::auth {

// Without blanks around it and in lower case (ASCII), so that one person has one spelling; nullopt when it cannot be an
// address. Light on purpose: only a mail that arrives proves an address.
std::optional<std::string> normalise_email(std::string_view text);

// What the database finds a login by. Any text has one: what is no address is looked up, and not found, like any other.
crypto::Digest hash_login(std::string_view email);

}  // namespace portal::auth
