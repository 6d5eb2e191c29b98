#include "auth/new_password.hpp"

#include <span>
#include <string>
#include <utility>

#include "auth/link_message.hpp"
#include "sql/auth.hpp"
#include "sql/password.hpp"

namespace portal::auth {
namespace {

std::string_view local_part(std::string_view email) { return email.substr(0, email.find('@')); }

}  // namespace

Result<void> check_new_password(std::string_view password, const access::Account& account, const PasswordOwner& owner,
                                const PasswordList* operators) {
  const std::array<std::string_view, 7> personal = {
      account.slug,  owner.account_name,          owner.portal_name,          owner.first_name,
      owner.surname, local_part(owner.emails[0]), local_part(owner.emails[1])};
  const std::string_view fault = find_password_fault(
      password,
      {.minimum_length = static_cast<std::size_t>(owner.minimum_length), .personal = personal, .operators = operators});
  if (!fault.empty()) return fail(Error::field("/password", std::string(fault)));
  return {};
}

Task<Result<std::string>> hash_new_password(PasswordPool pool, crypto::SecretString password,
                                            const access::Account& account, PasswordOwner owner,
                                            const PasswordList* operators) {
  const Result<void> usable = check_new_password(password.view(), account, owner, operators);
  if (!usable) co_return fail(usable.error());
  co_return co_await hash_password(pool, std::move(password));
}

Result<std::vector<pg::Query>> follow_password_change(const access::Account& account, const PasswordChange& change,
                                                      const crypto::Keyring& keys) {
  std::optional<std::span<const std::uint8_t>> kept;
  if (change.kept) kept = *change.kept;
  std::vector<pg::Query> queries;
  queries.push_back(sql::take_back_links(account.id, change.member_id));
  queries.push_back(sql::end_sessions_of_member(account.id, change.member_id, kept));
  if (change.email) {
    const Result<LinkMessage> message = seal_notice(account.id, account.origin, keys);
    if (!message) return fail(message.error());
    queries.push_back(sql::create_outbox_message(account.id, message->reference, "password_changed", "email",
                                                 *change.email, change.language, change.member_id, std::nullopt,
                                                 message->payload.bytes, message->payload.key_id));
  }
  return queries;
}

}  // namespace portal::auth
