#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "access/permission.hpp"
#include "auth/email.hpp"
#include "portalctl/commands.hpp"
#include "portalctl/database.hpp"
#include "portalctl/invitation.hpp"
#include "portalctl/lookup.hpp"
#include "portalctl_sql/members.hpp"
#include "send/sms.hpp"

namespace portal::portalctl {
namespace {

struct Options {
  std::string account;
  std::string client;
  std::string email;
  std::string phone;
  std::optional<std::string> first_name;
  std::optional<std::string> surname;
  std::optional<std::string> job_title;
  std::optional<std::string> language;
  std::vector<std::string> permissions;
};

Outcome<std::string> parse_email(const std::string& text) {
  if (std::optional<std::string> email = auth::normalise_email(text)) return std::move(*email);
  return misused(fmt::format("\"{}\" is not an email address.", text));
}

// Gateways want the country with it.
Outcome<std::string> parse_phone(const std::string& text) {
  Result<std::string> phone = outside::normalise_phone(text);
  if (!phone || !phone->starts_with('+'))
    return misused(fmt::format("\"{}\" is not a phone number with its country, such as +44 20 7946 0101.", text));
  return std::move(*phone);
}

Outcome<std::string> parse_address(const Options& options) {
  if (options.email.empty() == options.phone.empty())
    return misused("Whom? Say --email, or --phone of somebody whose address is not known.");
  return options.email.empty() ? parse_phone(options.phone) : parse_email(options.email);
}

Outcome<Invitee> invitee_of(const Options& options) {
  Outcome<std::string> address = parse_address(options);
  if (!address) return failed(address.error());
  Invitee invitee{.address = std::move(*address),
                  .by_sms = options.email.empty(),
                  .first_name = options.first_name,
                  .surname = options.surname,
                  .job_title = options.job_title,
                  .language = options.language,
                  .permissions = {}};
  if (options.permissions.empty()) return invitee;
  const std::vector<std::string_view> words(options.permissions.begin(), options.permissions.end());
  const std::optional<access::Permissions> permissions = access::Permissions::from_names(words);
  if (!permissions)
    return misused(fmt::format("Permissions are some of: {}.", fmt::join(access::kPermissionNames, ", ")));
  // Each once and in the order that the database keeps, whatever was typed.
  invitee.permissions = permissions->names();
  return invitee;
}

Outcome<void> invite_member(const Invocation& invocation, const Options& options) {
  const Outcome<Invitee> invitee = invitee_of(options);
  if (!invitee) return failed(invitee.error());
  const Outcome<crypto::Keyring> keys = load_keys(invocation.settings);
  if (!keys) return failed(keys.error());
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  const Outcome<ClientRecord> client = find_client(*database, account->account_id, options.client);
  if (!client) return failed(client.error());
  if (!account->origin)
    return failed(fmt::format(
        "The account {0} has no host, so a link would lead nowhere: portalctl host add --account {0} --host NAME",
        options.account));
  if (!account->default_language)
    return failed(
        fmt::format("The account {0} has no portal yet: portalctl portal set --account {0}", options.account));
  Outcome<Transaction> transaction = Transaction::begin(*database);
  if (!transaction) return failed(transaction.error());
  const Outcome<Invitation> invitation = invite(*database, *account, *client, *invitee, *keys);
  if (!invitation) return failed(invitation.error());
  if (Outcome<void> done = transaction->commit(); !done) return done;

  if (!account->has_visible_template)
    fmt::print(stderr,
               "portalctl: No job template is visible in this portal, so members see no jobs: "
               "portalctl portal set --account {} --show-template NAME\n",
               options.account);
  if (invocation.format == Format::kJson) {
    json::Writer writer;
    writer.begin_object()
        .member("activation_url", invitation->url)
        .member("expires_at", invitation->expires_at)
        .member("has_login", invitation->has_login)
        .end_object();
    print_json(writer);
    return {};
  }
  print_line(invitation->url);
  print_line(
      fmt::format("A message with this link waits for {}. It is good until {}; whoever has it can use it once.{}",
                  invitee->address, format_rfc3339(invitation->expires_at),
                  invitation->has_login ? " The person has a password already and joins with that." : ""));
  return {};
}

Outcome<void> list(const Invocation& invocation, const Options& options) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<Scope> scope = find_scope(*database, options.account, options.client);
  if (!scope) return failed(scope.error());
  auto answer = database->fetch<sql::ListMembersRow>(sql::list_members(scope->account_id, scope->client_id));
  if (!answer) return failed(answer.error());
  Table table({"membership_id", "email", "name", "client", "state", "permissions", "invited_at", "link_expires_at",
               "last_sign_in_at", "phone", "invitation", "pending_email"});
  for (int index = 0; index < answer->size(); ++index) {
    const sql::ListMembersRow row = (*answer)[index];
    table.add({row.membership_id, text_cell(row.email), text_cell(row.name), text_cell(row.client),
               text_cell(row.state), list_cell(row.permissions), time_cell(row.invited_at),
               time_cell(row.link_expires_at), time_cell(row.last_sign_in_at), text_cell(row.phone),
               text_cell(row.invitation), text_cell(row.pending_email)});
  }
  table.print(invocation.format);
  return {};
}

// Ends everything that the membership opened; true when the person has no other membership and so no login any more.
Outcome<bool> end(Database& database, std::int64_t account_id, std::int64_t member_id, std::int64_t membership_id) {
  if (Outcome<void> done = database.execute_all({sql::end_membership(account_id, membership_id),
                                                 sql::end_membership_sessions(account_id, membership_id),
                                                 sql::revoke_membership_tokens(account_id, membership_id, "cancelled"),
                                                 sql::drop_membership_messages(account_id, membership_id)});
      !done)
    return failed(done.error());
  auto removed = database.fetch<sql::RemoveMemberWithoutMembershipRow>(
      sql::remove_member_without_membership(account_id, member_id));
  if (!removed) return failed(removed.error());
  if (removed->empty()) return false;
  if (Outcome<void> done = database.execute_all({sql::end_member_sessions(account_id, member_id),
                                                 sql::revoke_member_tokens(account_id, member_id),
                                                 sql::drop_member_messages(account_id, member_id)});
      !done)
    return failed(done.error());
  return true;
}

template <class Row>
Outcome<std::optional<std::int64_t>> fetch_member(Database& database, const pg::Query& query) {
  auto found = database.fetch<Row>(query);
  if (!found) return failed(found.error());
  return found->empty() ? std::nullopt : std::optional((*found)[0].member_id);
}

Outcome<void> remove(const Invocation& invocation, const Options& options) {
  const Outcome<std::string> address = parse_address(options);
  if (!address) return failed(address.error());
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  const Outcome<ClientRecord> client = find_client(*database, account->account_id, options.client);
  if (!client) return failed(client.error());
  Outcome<Transaction> transaction = Transaction::begin(*database);
  if (!transaction) return failed(transaction.error());
  const std::string absent = fmt::format("{} is no member of {}.", *address, client->name);
  const Outcome<std::optional<std::int64_t>> member =
      options.email.empty()
          ? fetch_member<sql::LockMemberByPhoneRow>(*database, sql::lock_member_by_phone(account->account_id, *address))
          : fetch_member<sql::LockMemberByEmailRow>(*database,
                                                    sql::lock_member_by_email(account->account_id, *address));
  if (!member) return failed(member.error());
  if (!*member) return failed(absent);
  auto membership =
      database->fetch<sql::LockMembershipRow>(sql::lock_membership(account->account_id, **member, client->client_id));
  if (!membership) return failed(membership.error());
  if (membership->empty()) return failed(absent);
  const Outcome<bool> was_last = end(*database, account->account_id, **member, (*membership)[0].membership_id);
  if (!was_last) return failed(was_last.error());
  if (Outcome<void> done = transaction->commit(); !done) return done;
  print_line(fmt::format("{} no longer belongs to {}.{}", *address, client->name,
                         *was_last ? " That was the only client: the login is gone." : ""));
  return {};
}

void add_where(CLI::App& command, Options& options) {
  command.add_option("--account", options.account, "the account's slug")->required();
  command.add_option("--client", options.client, "the client's id, external id or name")->required();
}

}  // namespace

void add_member_command(CLI::App& app, Invocation& invocation) {
  CLI::App* member = add_group(app, "member", "People who sign in for a client");
  const auto options = std::make_shared<Options>();

  CLI::App* invite_command =
      member->add_subcommand("invite", "Invite a person to a client's portal, and print the link");
  add_where(*invite_command, *options);
  invite_command->add_option("--email", options->email, "the person's address, which is the login");
  invite_command->add_option("--phone", options->phone,
                             "of somebody whose address is not known; the link goes there as a text message");
  invite_command->add_option("--first-name", options->first_name, "as the person is called");
  invite_command->add_option("--surname", options->surname, "the family name");
  invite_command->add_option("--job-title", options->job_title, "what the person does at the client");
  invite_command->add_option("--language", options->language, "en or es (default: the portal's)")
      ->check(CLI::IsMember({"en", "es"}));
  invite_command
      ->add_option("--permissions", options->permissions,
                   fmt::format("with commas between; some of: {} (default: view_job_status, view_completed_jobs, "
                               "view_documents)",
                               fmt::join(access::kPermissionNames, ", ")))
      ->allow_extra_args(false)
      ->delimiter(',');
  add_keys_option(*invite_command, invocation);
  add_database_options(*invite_command, invocation);
  add_json_option(*invite_command, invocation);
  invite_command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return invite_member(invocation, *options); };
  });

  CLI::App* list_command = member->add_subcommand("list", "List members and open invitations");
  add_scope_options(*list_command, options->account, options->client);
  add_database_options(*list_command, invocation);
  add_json_option(*list_command, invocation);
  list_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return list(invocation, *options); }; });

  CLI::App* remove_command =
      member->add_subcommand("remove", "End a membership or an invitation; with the last one the login ends");
  add_where(*remove_command, *options);
  remove_command->add_option("--email", options->email, "the person's address, which is the login");
  remove_command->add_option("--phone", options->phone, "of somebody who was invited with it and has no address yet");
  add_database_options(*remove_command, invocation);
  remove_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return remove(invocation, *options); }; });
}

}  // namespace portal::portalctl
