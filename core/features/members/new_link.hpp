// A new link to activate a membership, and the sealed message that carries it. The link itself is in neither.
#pragma once

#include "access/principal.hpp"
#include "auth/link_message.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/keyring.hpp"

namespace portal::features::members {

struct NewLink {
  crypto::Digest token_hash;
  auth::LinkMessage message;
};

Result<NewLink> make_link(const access::Account& account, const crypto::Keyring& keys);

}  // namespace portal::features::members
