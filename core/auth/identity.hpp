// Who somebody is, in the words in which it is passed on to what stands behind nginx (`portal_auth`).
#pragma once

#include <string>

#include "access/principal.hpp"

namespace portal::auth {

struct Identity {
  access::Member member;
  std::string email;  // empty: the member has none
  // As text: ids in decimal, permissions by name with commas between them.
  std::string client_id;
  std::string member_id;
  std::string membership_id;
  std::string permissions;
};

inline Identity describe(const access::Member& member, std::string email) {
  Identity identity{.member = member,
                    .email = std::move(email),
                    .client_id = std::to_string(member.client_id),
                    .member_id = std::to_string(member.member_id),
                    .membership_id = std::to_string(member.membership_id),
                    .permissions = {}};
  for (const std::string_view name : member.permissions.names()) {
    if (!identity.permissions.empty()) identity.permissions += ',';
    identity.permissions += name;
  }
  return identity;
}

}  // namespace portal::auth
