// What stands in Redis for a session. Sealed and bound to its session: whoever can write there can make us miss, and
// nothing else; whoever can read there learns neither who is signed in nor how to be.
#pragma once

#include <string>
#include <string_view>

#include "access/principal.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/keyring.hpp"

namespace portal::auth {

// The name of a session's entry: "portal:s1:" and the HMAC of its hash in hex. A new key of the purpose `session-cache`
// gives new names, and what stands under the old ones is forgotten when its time is over.
std::string name_session_entry(const access::SessionHash& hash, const crypto::Keyring& keys);

struct SessionValue {
  access::Member member;
  Timestamp expires_at;  // Redis restored from a snapshot may have forgotten to drop it
};

std::string seal_session(const SessionValue& value, const crypto::Keyring& keys);

// kInternal for everything that was not sealed for this very session by a module of the same layout.
Result<SessionValue> open_session_value(std::string_view text, const access::SessionHash& hash,
                                        const crypto::Keyring& keys);

}  // namespace portal::auth
