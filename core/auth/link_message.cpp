#include "auth/link_message.hpp"

#include "crypto/token.hpp"
#include "json/writer.hpp"

namespace portal::auth {
namespace {

Result<LinkMessage> seal_message(std::int64_t account_id, std::string_view name, std::string_view value,
                                 const crypto::Keyring& keys) {
  LinkMessage message{.reference = crypto::Token::generate().text(), .payload = {}};
  std::string payload = json::Writer().begin_object().member(name, value).end_object().take();
  Result<crypto::Sealed> sealed = crypto::seal(payload, outbox_payload_place(account_id, message.reference), keys);
  crypto::wipe(payload.data(), payload.size());
  if (!sealed) return fail(std::move(sealed.error()));
  message.payload = std::move(*sealed);
  return message;
}

}  // namespace

Result<LinkMessage> seal_link_message(std::int64_t account_id, std::string_view url, const crypto::Keyring& keys) {
  return seal_message(account_id, "url", url, keys);
}

Result<LinkMessage> seal_notice(std::int64_t account_id, std::string_view origin, const crypto::Keyring& keys) {
  return seal_message(account_id, "origin", origin, keys);
}

crypto::Context outbox_payload_place(std::int64_t account_id, std::string_view reference) {
  return crypto::Context("outbox_message.payload").add(account_id).add(reference);
}

}  // namespace portal::auth
