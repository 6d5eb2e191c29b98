// Inviting a person to a client's portal: member, membership, link and the message that carries it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "crypto/keyring.hpp"
#include "portalctl/lookup.hpp"

namespace portal::portalctl {

struct Invitee {
  std::string address;  // an email address, normalised, or a phone number, +442079460101
  bool by_sms = false;  // the address is a phone number
  std::optional<std::string> first_name;
  std::optional<std::string> surname;
  std::optional<std::string> job_title;
  std::optional<std::string> language;                       // none: the portal's
  std::optional<std::vector<std::string_view>> permissions;  // none: those that every new member gets
};

struct Invitation {
  std::string url;  // whoever has it can activate: never in a log
  Timestamp expires_at;
  bool has_login;  // joins by signing in with the password there is
};

// Inviting the same person to the same client again replaces the earlier link. The caller's transaction is open, so
// that all of it happens or nothing.
Outcome<Invitation> invite(Database& database, const AccountRecord& account, const ClientRecord& client,
                           const Invitee& invitee, const crypto::Keyring& keys);

Outcome<crypto::Keyring> load_keys(const Settings& settings);

}  // namespace portal::portalctl
