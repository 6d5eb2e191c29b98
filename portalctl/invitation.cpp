#include "portalctl/invitation.hpp"

#include <fmt/format.h>

#include "auth/link_message.hpp"
#include "crypto/token.hpp"
#include "portalctl_sql/members.hpp"

namespace portal::portalctl {
namespace {

constexpr const char* kAtThisMoment = "Somebody else is inviting the same person at this moment. Try again.";

template <class Text>
std::optional<std::string_view> view(const std::optional<Text>& text) {
  return text.transform([](const Text& content) { return std::string_view(content); });
}

struct Person {
  std::int64_t member_id;
  bool has_login;
};

// Who has only a phone: there is no login to find, so somebody is the same only while no address is known.
Outcome<Person> ensure_member_with_phone(Database& database, std::int64_t account_id, const Invitee& invitee) {
  auto found = database.fetch<sql::LockMemberByPhoneRow>(sql::lock_member_by_phone(account_id, invitee.address));
  if (!found) return failed(found.error());
  if (found->empty()) {
    auto created = database.fetch<sql::CreateMemberWithPhoneRow>(
        sql::create_member_with_phone(account_id, invitee.address, view(invitee.first_name), view(invitee.surname),
                                      view(invitee.job_title), view(invitee.language)));
    if (!created) return failed(created.error());
    if (created->empty()) return failed(kAtThisMoment);
    return Person{.member_id = (*created)[0].member_id, .has_login = false};
  }
  const sql::LockMemberByPhoneRow row = (*found)[0];
  if (Outcome<void> done = database.execute(sql::invite_member_again(account_id, row.member_id,
                                                                     view(invitee.first_name), view(invitee.surname),
                                                                     view(invitee.job_title), view(invitee.language)));
      !done)
    return failed(done.error());
  return Person{.member_id = row.member_id, .has_login = row.has_login};
}

Outcome<Person> ensure_member(Database& database, std::int64_t account_id, const Invitee& invitee) {
  if (invitee.by_sms) return ensure_member_with_phone(database, account_id, invitee);
  auto found = database.fetch<sql::LockMemberByEmailRow>(sql::lock_member_by_email(account_id, invitee.address));
  if (!found) return failed(found.error());
  if (found->empty()) {
    auto created = database.fetch<sql::CreateMemberRow>(
        sql::create_member(account_id, invitee.address, view(invitee.first_name), view(invitee.surname),
                           view(invitee.job_title), view(invitee.language)));
    if (!created) return failed(created.error());
    if (created->empty()) return failed(kAtThisMoment);
    return Person{.member_id = (*created)[0].member_id, .has_login = false};
  }
  const sql::LockMemberByEmailRow row = (*found)[0];
  // Changes nothing of somebody who has a login: an invitation must not rename or reset a person.
  if (Outcome<void> done = database.execute(sql::invite_member_again(account_id, row.member_id,
                                                                     view(invitee.first_name), view(invitee.surname),
                                                                     view(invitee.job_title), view(invitee.language)));
      !done)
    return failed(done.error());
  return Person{.member_id = row.member_id, .has_login = row.has_login};
}

Outcome<std::int64_t> ensure_membership(Database& database, std::int64_t account_id, const Person& person,
                                        const ClientRecord& client, const Invitee& invitee) {
  auto found =
      database.fetch<sql::LockMembershipRow>(sql::lock_membership(account_id, person.member_id, client.client_id));
  if (!found) return failed(found.error());
  const auto permissions =
      invitee.permissions.transform([](const auto& words) { return std::span<const std::string_view>(words); });
  if (found->empty()) {
    auto created = database.fetch<sql::CreateMembershipRow>(
        sql::create_membership(account_id, person.member_id, client.client_id, invitee.address, permissions));
    if (!created) return failed(created.error());
    return (*created)[0].membership_id;
  }
  const std::int64_t membership_id = (*found)[0].membership_id;
  if ((*found)[0].state == "active")
    return failed(fmt::format("{} is already a member of {}.", invitee.address, client.name));
  // The earlier link dies with its message, so that only one link of a membership is ever alive.
  if (Outcome<void> done = database.execute_all({sql::invite_membership_again(account_id, membership_id, permissions),
                                                 sql::revoke_membership_tokens(account_id, membership_id, "replaced"),
                                                 sql::drop_membership_messages(account_id, membership_id)});
      !done)
    return failed(done.error());
  return membership_id;
}

}  // namespace

Outcome<Invitation> invite(Database& database, const AccountRecord& account, const ClientRecord& client,
                           const Invitee& invitee, const crypto::Keyring& keys) {
  const Outcome<Person> person = ensure_member(database, account.account_id, invitee);
  if (!person) return failed(person.error());
  const Outcome<std::int64_t> membership_id = ensure_membership(database, account.account_id, *person, client, invitee);
  if (!membership_id) return failed(membership_id.error());

  // The database keeps the hash of the token and, encrypted, the message; the link itself is only what is returned.
  const crypto::Token token = crypto::Token::generate();
  auto created = database.fetch<sql::CreateActivationTokenRow>(sql::create_activation_token(
      account.account_id, token.hash(), person->member_id, *membership_id, invitee.address));
  if (!created) return failed(created.error());
  Invitation invitation{.url = account.origin.value() + "/activate#" + token.text(),
                        .expires_at = (*created)[0].expires_at,
                        .has_login = person->has_login};

  const Result<auth::LinkMessage> message = auth::seal_link_message(account.account_id, invitation.url, keys);
  if (!message) return failed("The message was not encrypted", message.error());
  const std::string language = invitee.language.value_or(account.default_language.value());
  if (Outcome<void> done = database.execute(sql::create_invitation_message(
          account.account_id, message->reference, invitee.by_sms ? "sms" : "email", invitee.address, language,
          person->member_id, *membership_id, message->payload.bytes, message->payload.key_id));
      !done)
    return failed(done.error());
  return invitation;
}

Outcome<crypto::Keyring> load_keys(const Settings& settings) {
  if (settings.keys_file.empty())
    return misused(fmt::format("Which keys? Say it with --keys-file, in PORTAL_KEYS_FILE or in {}.", kSettingsFile));
  Result<crypto::Keyring> keys = crypto::Keyring::load(settings.keys_file);
  if (!keys) return failed("The keys cannot be used", keys.error());
  return std::move(*keys);
}

}  // namespace portal::portalctl
