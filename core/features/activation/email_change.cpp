#include "features/activation/email_change.hpp"

#include "auth/link_message.hpp"
#include "crypto/token.hpp"
#include "sql/auth.hpp"

namespace portal::features {

Result<std::vector<pg::Query>> ask_for_confirmation(const access::Account& account, const EmailChange& change,
                                                    const crypto::Keyring& keys) {
  const crypto::Token token = crypto::Token::generate();
  std::string url = account.origin + "/confirm#" + token.text();
  Result<auth::LinkMessage> message = auth::seal_link_message(account.id, url, keys);
  crypto::wipe(url.data(), url.size());
  if (!message) return fail(std::move(message.error()));
  std::vector<pg::Query> queries;
  queries.push_back(sql::create_token(account.id, "email_change", token.hash(), change.member_id, std::nullopt,
                                      change.address, static_cast<std::int32_t>(auth::kConfirmationLifetime.count())));
  queries.push_back(sql::create_outbox_message(account.id, message->reference, "email_confirmation", "email",
                                               change.address, change.language, change.member_id, std::nullopt,
                                               message->payload.bytes, message->payload.key_id));
  return queries;
}

}  // namespace portal::features
