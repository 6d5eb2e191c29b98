// Messages that carry a live link. What the outbox holds of them is encrypted (SECURITY R62) until the courier has sent
// them and clears it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/keyring.hpp"
#include "crypto/sealed.hpp"

namespace portal::auth {

// Of a link that confirms an address. As long as an invitation: until then a person who was invited by text message has
// no login to come back with.
inline constexpr std::chrono::seconds kConfirmationLifetime = std::chrono::days(7);

struct LinkMessage {
  std::string reference;   // message_reference: names the message to the world, and says nothing
  crypto::Sealed payload;  // JSON: {"url": "https://..."}
};

Result<LinkMessage> seal_link_message(std::int64_t account_id, std::string_view url, const crypto::Keyring& keys);

// A message that only tells of something: {"origin": "https://..."}, where the portal is, and no link that does
// anything.
Result<LinkMessage> seal_notice(std::int64_t account_id, std::string_view origin, const crypto::Keyring& keys);

// Where a payload stands; whoever opens it has to name the same place.
crypto::Context outbox_payload_place(std::int64_t account_id, std::string_view reference);

}  // namespace portal::auth
