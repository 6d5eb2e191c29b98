// A new link to activate a membership or to confirm an address, and the sealed message that carries it. The link itself
// is in neither.
#pragma once

#include <string_view>

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

// `page`: what opens the link.
Result<NewLink> make_link(const access::Account& account, const crypto::Keyring& keys,
                          std::string_view page = "/activate");

}  // namespace portal::features::members
