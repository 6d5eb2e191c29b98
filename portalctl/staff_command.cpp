#include <chrono>
#include <memory>

#include <fmt/format.h>

#include "access/staff.hpp"
#include "auth/email.hpp"
#include "base/time.hpp"
#include "crypto/token.hpp"
#include "portalctl/commands.hpp"
#include "portalctl/database.hpp"
#include "portalctl/lookup.hpp"
#include "portalctl_sql/staff.hpp"

namespace portal::portalctl {
namespace {

constexpr std::chrono::seconds kInvitationLife = std::chrono::days(7);
constexpr std::chrono::seconds kResetLife = std::chrono::hours(1);  // SECURITY R08

struct Options {
  std::string account;
  std::string email;
  std::string role = "owner";
  std::optional<std::string> first_name;
  std::optional<std::string> surname;
  std::optional<std::string> language;
};

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text.transform([](const std::string& content) { return std::string_view(content); });
}

// An account in an open transaction, and whom in it is meant.
struct Place {
  Database database;
  AccountRecord account;
  std::string email;
};

Outcome<Place> find_place(const Invocation& invocation, const Options& options) {
  std::optional<std::string> email = auth::normalise_email(options.email);
  if (!email) return misused(fmt::format("\"{}\" is not an email address.", options.email));
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  return Place{.database = std::move(*database), .account = std::move(*account), .email = std::move(*email)};
}

struct Link {
  std::string url;
  Timestamp expires_at;
};

// The earlier links of the person die: only one is ever alive. What is stored of the new one is its hash.
Outcome<Link> make_link(Place& place, std::int64_t staff_id, std::string_view purpose, std::string_view page,
                        std::chrono::seconds life) {
  const std::int64_t account_id = place.account.account_id;
  const crypto::Token token = crypto::Token::generate();
  if (Outcome<void> done = place.database.execute(sql::revoke_staff_tokens(account_id, staff_id, "replaced")); !done)
    return failed(done.error());
  auto created = place.database.fetch<sql::CreateStaffTokenRow>(
      sql::create_staff_token(account_id, staff_id, purpose, token.hash(), static_cast<std::int32_t>(life.count())));
  if (!created) return failed(created.error());
  return Link{.url = fmt::format("{}/console/{}#{}", place.account.origin.value(), page, token.text()),
              .expires_at = (*created)[0].expires_at};
}

void print_link(const Invocation& invocation, const Link& link, std::string_view name, std::string_view email) {
  if (invocation.format == Format::kJson) {
    json::Writer writer;
    writer.begin_object().member(name, link.url).member("expires_at", link.expires_at).end_object();
    print_json(writer);
    return;
  }
  print_line(link.url);
  print_line(fmt::format("Hand this link to {}. It is good until {}, once, for whoever has it.", email,
                         format_rfc3339(link.expires_at)));
}

Outcome<void> require_host(const Place& place, const std::string& slug) {
  if (place.account.origin) return {};
  return failed(fmt::format(
      "The account {0} has no host, so a link would lead nowhere: portalctl host add --account {0} --host NAME", slug));
}

Outcome<std::int64_t> ensure_staff(Place& place, const Options& options) {
  const std::int64_t account_id = place.account.account_id;
  auto found = place.database.fetch<sql::LockStaffByEmailRow>(sql::lock_staff_by_email(account_id, place.email));
  if (!found) return failed(found.error());
  if (found->empty()) {
    auto created = place.database.fetch<sql::CreateStaffRow>(
        sql::create_staff(account_id, place.email, options.role, view(options.first_name), view(options.surname),
                          view(options.language)));
    if (!created) return failed(created.error());
    return (*created)[0].staff_id;
  }
  const sql::LockStaffByEmailRow row = (*found)[0];
  if (row.state == "active")
    return failed(
        fmt::format("{0} is {1} already. A forgotten password: portalctl staff reset --account {2} --email {0}",
                    place.email, row.role, options.account));
  if (Outcome<void> done = place.database.execute(
          sql::invite_staff_again(account_id, row.staff_id, options.role, view(options.first_name),
                                  view(options.surname), view(options.language)));
      !done)
    return failed(done.error());
  return row.staff_id;
}

Outcome<void> create(const Invocation& invocation, const Options& options) {
  Outcome<Place> place = find_place(invocation, options);
  if (!place) return failed(place.error());
  if (Outcome<void> served = require_host(*place, options.account); !served) return served;
  Outcome<Transaction> transaction = Transaction::begin(place->database);
  if (!transaction) return failed(transaction.error());
  const Outcome<std::int64_t> staff_id = ensure_staff(*place, options);
  if (!staff_id) return failed(staff_id.error());
  const Outcome<Link> link = make_link(*place, *staff_id, "activation", "activate", kInvitationLife);
  if (!link) return failed(link.error());
  if (Outcome<void> done = place->database.execute(
          sql::record_system_activity(place->account.account_id, "staff_added", "staff", *staff_id));
      !done)
    return done;
  if (Outcome<void> done = transaction->commit(); !done) return done;
  print_link(invocation, *link, "activation_url", place->email);
  return {};
}

Outcome<sql::LockStaffByEmailRow> find_staff(Place& place, const std::string& slug) {
  auto found =
      place.database.fetch<sql::LockStaffByEmailRow>(sql::lock_staff_by_email(place.account.account_id, place.email));
  if (!found) return failed(found.error());
  if (found->empty()) return failed(fmt::format("{} does not belong to the staff of {}.", place.email, slug));
  const sql::LockStaffByEmailRow row = (*found)[0];
  // Words of the table of states, which outlive the answer.
  return sql::LockStaffByEmailRow{
      .staff_id = row.staff_id, .state = row.state == "active" ? "active" : "invited", .role = ""};
}

Outcome<void> reset(const Invocation& invocation, const Options& options) {
  Outcome<Place> place = find_place(invocation, options);
  if (!place) return failed(place.error());
  if (Outcome<void> served = require_host(*place, options.account); !served) return served;
  Outcome<Transaction> transaction = Transaction::begin(place->database);
  if (!transaction) return failed(transaction.error());
  const Outcome<sql::LockStaffByEmailRow> staff = find_staff(*place, options.account);
  if (!staff) return failed(staff.error());
  if (staff->state != "active")
    return failed(fmt::format("{0} has no password yet. A new link: portalctl staff create --account {1} --email {0}",
                              place->email, options.account));
  const Outcome<Link> link = make_link(*place, staff->staff_id, "password_reset", "password", kResetLife);
  if (!link) return failed(link.error());
  if (Outcome<void> done = place->database.execute(
          sql::record_system_activity(place->account.account_id, "password_reset_requested", "staff", staff->staff_id));
      !done)
    return done;
  if (Outcome<void> done = transaction->commit(); !done) return done;
  print_link(invocation, *link, "password_url", place->email);
  return {};
}

Outcome<void> remove(const Invocation& invocation, const Options& options) {
  Outcome<Place> place = find_place(invocation, options);
  if (!place) return failed(place.error());
  Outcome<Transaction> transaction = Transaction::begin(place->database);
  if (!transaction) return failed(transaction.error());
  const Outcome<sql::LockStaffByEmailRow> staff = find_staff(*place, options.account);
  if (!staff) return failed(staff.error());
  const std::int64_t account_id = place->account.account_id;
  if (Outcome<void> done = place->database.execute_all(
          {sql::remove_staff(account_id, staff->staff_id), sql::end_sessions_of_staff(account_id, staff->staff_id),
           sql::revoke_staff_tokens(account_id, staff->staff_id, "cancelled"),
           sql::revoke_keys_of_staff(account_id, staff->staff_id),
           sql::drop_messages_of_staff(account_id, staff->staff_id),
           sql::record_system_activity(account_id, "staff_removed", "staff", staff->staff_id)});
      !done)
    return done;
  if (Outcome<void> done = transaction->commit(); !done) return done;
  print_line(fmt::format("{} no longer belongs to the staff of {}.", place->email, options.account));
  return {};
}

Outcome<void> list(const Invocation& invocation, const Options& options) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  auto answer = database->fetch<sql::ListStaffRow>(sql::list_staff(account->account_id));
  if (!answer) return failed(answer.error());
  Table table({"staff_id", "email", "name", "role", "state", "last_sign_in_at", "created_at"});
  for (int index = 0; index < answer->size(); ++index) {
    const sql::ListStaffRow row = (*answer)[index];
    table.add({row.staff_id, text_cell(row.email), text_cell(row.name), text_cell(row.role), text_cell(row.state),
               time_cell(row.last_sign_in_at), time_cell(row.created_at)});
  }
  table.print(invocation.format);
  return {};
}

void add_whom(CLI::App& command, Options& options) {
  command.add_option("--account", options.account, "the account's slug")->required();
  command.add_option("--email", options.email, "the person's address, which is the login")->required();
}

}  // namespace

void add_staff_command(CLI::App& app, Invocation& invocation) {
  CLI::App* staff = add_group(app, "staff", "People of the business, who sign in at the console");
  const auto options = std::make_shared<Options>();

  CLI::App* create_command =
      staff->add_subcommand("create", "Add somebody to the staff, and print the link with which a password is chosen");
  add_whom(*create_command, *options);
  create_command->add_option("--role", options->role, "viewer, manager or owner (default: owner)")
      ->check(CLI::IsMember({"viewer", "manager", "owner"}));
  create_command->add_option("--first-name", options->first_name, "as the person is called");
  create_command->add_option("--surname", options->surname, "the family name");
  create_command->add_option("--language", options->language, "en or es (default: the portal's)")
      ->check(CLI::IsMember({"en", "es"}));
  add_database_options(*create_command, invocation);
  add_json_option(*create_command, invocation);
  create_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return create(invocation, *options); }; });

  CLI::App* reset_command = staff->add_subcommand("reset", "Print a link with which a new password is chosen");
  add_whom(*reset_command, *options);
  add_database_options(*reset_command, invocation);
  add_json_option(*reset_command, invocation);
  reset_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return reset(invocation, *options); }; });

  CLI::App* remove_command = staff->add_subcommand("remove", "End somebody's sessions and login, at once");
  add_whom(*remove_command, *options);
  add_database_options(*remove_command, invocation);
  remove_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return remove(invocation, *options); }; });

  CLI::App* list_command = staff->add_subcommand("list", "List the staff of an account");
  list_command->add_option("--account", options->account, "the account's slug")->required();
  add_database_options(*list_command, invocation);
  add_json_option(*list_command, invocation);
  list_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return list(invocation, *options); }; });
}

}  // namespace portal::portalctl
