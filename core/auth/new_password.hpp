// What a new password must be for the person who chose it, and what follows once it is theirs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/principal.hpp"
#include "auth/password_rule.hpp"
#include "auth/passwords.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "crypto/keyring.hpp"
#include "pg/statement.hpp"

namespace portal::auth {

// Whose password it is, as far as others know; empty texts count for nothing.
struct PasswordOwner {
  std::int32_t minimum_length;  // the account's setting
  std::string_view account_name;
  std::string_view portal_name;
  std::string_view first_name;
  std::string_view surname;
  std::array<std::string_view, 2> emails;
};

// An error of the field `/password` when it may not be used. `operators`: their list, or null.
Result<void> check_new_password(std::string_view password, const access::Account& account, const PasswordOwner& owner,
                                const PasswordList* operators);

// Of a row that describes a member with name, address and account, as load_credential and look_up_password_reset do.
template <class Row>
PasswordOwner owner_of(const Row& row) {
  return {.minimum_length = row.password_minimum_length,
          .account_name = row.account_name,
          .portal_name = row.portal_name.value_or(""),
          .first_name = row.first_name,
          .surname = row.surname,
          .emails = {row.email.value_or(""), ""}};
}

// The hash of a password that its owner may use, else the error of check_new_password. What `owner` points to lives
// until the task has ended.
Task<Result<std::string>> hash_new_password(PasswordPool pool, crypto::SecretString password,
                                            const access::Account& account, PasswordOwner owner,
                                            const PasswordList* operators);

struct PasswordChange {
  std::int64_t member_id;
  std::optional<std::string_view> email;  // where the notice goes; somebody without an address gets none
  std::string_view language;              // of the notice
  std::optional<access::SessionHash> kept;
};

// The statements that stand in the segment of the change: links are taken back, sessions end but for the kept one, and
// a mail tells of it (SECURITY R08, R12).
Result<std::vector<pg::Query>> follow_password_change(const access::Account& account, const PasswordChange& change,
                                                      const crypto::Keyring& keys);

}  // namespace portal::auth
