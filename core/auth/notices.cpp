#include "auth/notices.hpp"

#include <cstddef>

#include "auth/link_message.hpp"
#include "base/limits.hpp"
#include "crypto/bytes.hpp"
#include "json/writer.hpp"

namespace portal::auth {
namespace {

Result<void> write_notice(json::Writer& writer, const access::Account& account, const crypto::Keyring& keys) {
  const Result<LinkMessage> message = seal_notice(account.id, account.origin, keys);
  if (!message) return fail(message.error());
  writer.begin_object().member("reference", message->reference);
  writer.member("payload", crypto::encode_hex(message->payload.bytes));
  writer.member("key_id", message->payload.key_id).end_object();
  return {};
}

}  // namespace

Result<std::string> make_notice(const access::Account& account, const crypto::Keyring& keys) {
  json::Writer writer;
  if (Result<void> written = write_notice(writer, account, keys); !written) return fail(std::move(written.error()));
  return writer.take();
}

Result<std::string> make_staff_notices(const access::Account& account, const crypto::Keyring& keys) {
  json::Writer writer(limits::kStaffNotices * 300);
  writer.begin_array();
  for (std::size_t count = 0; count < limits::kStaffNotices; ++count) {
    if (Result<void> written = write_notice(writer, account, keys); !written) return fail(std::move(written.error()));
  }
  return writer.end_array().take();
}

}  // namespace portal::auth
