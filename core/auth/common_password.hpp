// Whether a password is a known one in disguise (SECURITY R02).
#pragma once

#include <span>
#include <string_view>

#include "auth/password_list.hpp"

namespace portal::auth {

// True for a listed password, in whatever case, with digits, years, signs or blanks around or between, repeated, with
// letters repeated or replaced by what looks like them; and for what is only a row of keys, a count, or a few
// characters over and over. Several words in a row are fine unless they are listed together. `password` is valid text.
bool is_common_password(std::string_view password, std::span<const PasswordList* const> lists);

}  // namespace portal::auth
