// What a new password must be (SECURITY R01, R02): long enough, not a known one, and not made of what everybody knows
// about its owner. No rule about kinds of characters.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "auth/password_list.hpp"

namespace portal::auth {

struct PasswordRule {
  std::size_t minimum_length;  // code points, the account's setting
  std::span<const std::string_view>
      personal;  // names and addresses of the person and of the business; empty ones count for nothing
  const PasswordList* operators = nullptr;  // besides the one that is built in
};

// The word of docs/openapi.yaml (FieldError) that says what is wrong, or empty text: the password may be used. It is
// valid text of 1 to limits::kPasswordBytes bytes.
std::string_view find_password_fault(std::string_view password, const PasswordRule& rule);

}  // namespace portal::auth
