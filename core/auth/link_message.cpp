#include "auth/link_message.hpp"

#include "crypto/token.hpp"
#include "json/writer.hpp"

namespace portal::auth {

Result<LinkMessage> seal_link_message(std::int64_t account_id, std::string_view url, const crypto::Keyring& keys) {
  LinkMessage message{.reference = crypto::Token::generate().text(), .payload = {}};
  std::string payload = json::Writer().begin_object().member("url", url).end_object().take();
  Result<crypto::Sealed> sealed = crypto::seal(payload, outbox_payload_place(account_id, message.reference), keys);
  crypto::wipe(payload.data(), payload.size());
  if (!sealed) return fail(std::move(sealed.error()));
  message.payload = std::move(*sealed);
  return message;
}

crypto::Context outbox_payload_place(std::int64_t account_id, std::string_view reference) {
  return crypto::Context("outbox_message.payload").add(account_id).add(reference);
}

}  // namespace portal::auth
