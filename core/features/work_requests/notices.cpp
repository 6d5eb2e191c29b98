#include "features/work_requests/notices.hpp"

#include "auth/link_message.hpp"
#include "base/limits.hpp"
#include "crypto/bytes.hpp"
#include "json/writer.hpp"

namespace portal::features::work_requests {
namespace {

Result<void> write_notice(json::Writer& writer, const access::Account& account, const crypto::Keyring& keys) {
  const Result<auth::LinkMessage> message = auth::seal_notice(account.id, account.origin, keys);
  if (!message) return fail(message.error());
  writer.begin_object().member("reference", message->reference);
  writer.member("payload", crypto::encode_hex(message->payload.bytes));
  writer.member("key_id", message->payload.key_id).end_object();
  return {};
}

}  // namespace

Result<std::string> seal_notice(const access::Account& account, const crypto::Keyring& keys) {
  json::Writer writer;
  if (Result<void> written = write_notice(writer, account, keys); !written) return fail(std::move(written.error()));
  return writer.take();
}

Result<std::string> seal_staff_notices(const access::Account& account, const crypto::Keyring& keys) {
  json::Writer writer(limits::kWorkRequestMails * 300);
  writer.begin_array();
  for (std::size_t count = 0; count < limits::kWorkRequestMails; ++count) {
    if (Result<void> written = write_notice(writer, account, keys); !written) return fail(std::move(written.error()));
  }
  return writer.end_array().take();
}

}  // namespace portal::features::work_requests
