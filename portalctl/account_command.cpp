#include <algorithm>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "portalctl/commands.hpp"
#include "portalctl/database.hpp"
#include "portalctl/file_lock.hpp"
#include "portalctl/lookup.hpp"
#include "portalctl/text.hpp"
#include "portalctl_sql/accounts.hpp"
#include "send/phone.hpp"

namespace portal::portalctl {
namespace {

constexpr int kAttempts = 5;
constexpr const char* kCountryHelp = "where phone numbers without a country belong, such as GB; none: nowhere";

struct Options {
  std::string slug;
  std::string name;
  std::string time_zone;
  std::string confirmed_slug;
  std::string country;
  std::string edits_imported;
};

bool is_slug(std::string_view text) {
  const auto allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
  };
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, allowed);
}

// Nothing for "none".
Outcome<std::optional<std::string>> country_of(const Options& options) {
  if (options.country.empty() || options.country == "none") return std::nullopt;
  if (!outside::is_phone_country(options.country))
    return misused(fmt::format("\"{}\" is not a country. It is written like GB.", options.country));
  return options.country;
}

Outcome<void> create(const Invocation& invocation, const Options& options) {
  if (!is_slug(options.slug))
    return misused(fmt::format("\"{}\" is not a slug: small letters, digits and hyphens, at most 63.", options.slug));
  const std::string name = trimmed(options.name);
  if (name.empty()) return misused("An account needs a name.");
  const Outcome<std::optional<std::string>> country = country_of(options);
  if (!country) return failed(country.error());
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  auto zone = database->fetch<sql::IsTimeZoneRow>(sql::is_time_zone(options.time_zone));
  if (!zone) return failed(zone.error());
  if (!(*zone)[0].is_known)
    return failed(fmt::format("\"{}\" is not a time zone. It is written like Europe/London.", options.time_zone));
  auto created =
      database->fetch<sql::CreateAccountRow>(sql::create_account(options.slug, name, options.time_zone, *country));
  if (!created) return failed(created.error());
  if (created->empty()) return failed(fmt::format("There is already an account \"{}\".", options.slug));
  print_line(fmt::format("Made the account {}. Next: portalctl host add --account {} --host NAME", options.slug,
                         options.slug));
  return {};
}

Outcome<void> suspend(const Invocation& invocation, const Options& options) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.slug);
  if (!account) return failed(account.error());
  if (Outcome<void> done = database->execute(sql::suspend_account(account->account_id)); !done) return done;
  print_line(
      fmt::format("Suspended {0}: its portal is closed to everybody. portalctl account resume --account {0} opens it.",
                  options.slug));
  return {};
}

Outcome<void> resume(const Invocation& invocation, const Options& options) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.slug);
  if (!account) return failed(account.error());
  if (Outcome<void> done = database->execute(sql::resume_account(account->account_id)); !done) return done;
  print_line(fmt::format("The portal of {} is open.", options.slug));
  return {};
}

Outcome<void> set(const Invocation& invocation, const Options& options) {
  if (options.country.empty() && options.edits_imported.empty())
    return misused("What is to be set? portalctl account set --help tells what there is.");
  const Outcome<std::optional<std::string>> country = country_of(options);
  if (!country) return failed(country.error());
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.slug);
  if (!account) return failed(account.error());
  if (!options.country.empty()) {
    if (Outcome<void> done = database->execute(sql::set_account_country(account->account_id, *country)); !done)
      return done;
    print_line(*country ? fmt::format("Numbers of {} that name no country belong to {}.", options.slug, **country)
                        : fmt::format("Numbers of {} have to name their country.", options.slug));
  }
  if (options.edits_imported.empty()) return {};
  const bool allowed = options.edits_imported == "yes";
  if (Outcome<void> done = database->execute(sql::set_edits_imported(account->account_id, allowed)); !done) return done;
  print_line(fmt::format("Staff of {} {} change by hand what another system feeds.", options.slug,
                         allowed ? "may" : "may not"));
  return {};
}

// All of it or nothing; the files that its rows named.
Outcome<Answer<sql::ListFilesOfAccountRow>> delete_rows(Database& database, std::int64_t account_id) {
  Outcome<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return failed(transaction.error());
  auto files = database.fetch<sql::ListFilesOfAccountRow>(sql::list_files_of_account(account_id));
  if (!files) return failed(files.error());
  if (const Outcome<void> done = database.execute(sql::delete_account(account_id)); !done) return failed(done.error());
  if (const Outcome<void> done = transaction->commit(); !done) return failed(done.error());
  return files;
}

// Members are at work in an account that is deleted, and take their rows in another order: PostgreSQL ends one of two
// that wait for each other.
bool is_worth_repeating(const Failure& failure) { return failure.sqlstate == "40P01" || failure.sqlstate == "40001"; }

// Rows first, then the bytes: what is interrupted in between leaves files without rows, which `doctor` finds. While
// rows go, which may take long, nobody else is kept from adding files.
Outcome<void> remove(const Invocation& invocation, const Options& options) {
  if (options.confirmed_slug != options.slug)
    return misused(
        fmt::format("This deletes everything of {0}, for ever. If that is wanted, add --confirm {0}", options.slug));
  const Outcome<FileStore> store = FileStore::open(invocation.settings);
  if (!store) return failed(store.error());
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.slug);
  if (!account) return failed(account.error());
  Outcome<Answer<sql::ListFilesOfAccountRow>> files = delete_rows(*database, account->account_id);
  for (int attempt = 1; !files && is_worth_repeating(files.error()) && attempt < kAttempts; ++attempt)
    files = delete_rows(*database, account->account_id);
  if (!files) return failed(files.error());
  std::int64_t removed = 0;
  for (int index = 0; index < files->size(); ++index) {
    const Outcome<bool> done = lock_and_remove_unused(*database, *store, (*files)[index].content_hash);
    if (!done) return failed(done.error());
    if (*done) ++removed;
  }
  print_line(fmt::format("Deleted {} with {} {}. Backups and logs still hold what they held.", options.slug, removed,
                         removed == 1 ? "file" : "files"));
  return {};
}

Outcome<void> list(const Invocation& invocation) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  auto answer = database->fetch<sql::ListAccountsRow>(sql::list_accounts());
  if (!answer) return failed(answer.error());
  Table table({"slug", "name", "time_zone", "hosts", "has_portal", "suspended_at", "created_at"});
  for (int index = 0; index < answer->size(); ++index) {
    const sql::ListAccountsRow row = (*answer)[index];
    table.add({text_cell(row.slug), text_cell(row.name), text_cell(row.time_zone), list_cell(row.hosts), row.has_portal,
               time_cell(row.suspended_at), time_cell(row.created_at)});
  }
  table.print(invocation.format);
  return {};
}

}  // namespace

void add_account_command(CLI::App& app, Invocation& invocation) {
  CLI::App* account = add_group(app, "account", "Businesses that run a portal");
  const auto options = std::make_shared<Options>();
  CLI::App* create_command = account->add_subcommand("create", "Make an account");
  create_command->add_option("--slug", options->slug, "its short name, for commands and addresses")->required();
  create_command->add_option("--name", options->name, "the name of the business")->required();
  create_command->add_option("--time-zone", options->time_zone, "such as Europe/London")->required();
  create_command->add_option("--country", options->country, kCountryHelp);
  add_database_options(*create_command, invocation);
  create_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return create(invocation, *options); }; });

  CLI::App* list_command = account->add_subcommand("list", "List the accounts");
  add_database_options(*list_command, invocation);
  add_json_option(*list_command, invocation);
  list_command->callback([&invocation] { invocation.action = [&invocation] { return list(invocation); }; });

  const auto add_one = [&](const char* name, const char* description,
                           Outcome<void> (*action)(const Invocation&, const Options&)) {
    CLI::App* command = account->add_subcommand(name, description);
    command->add_option("--account", options->slug, "the account's slug")->required();
    add_database_options(*command, invocation);
    command->callback([&invocation, options, action] {
      invocation.action = [&invocation, options, action] { return action(invocation, *options); };
    });
    return command;
  };
  add_one("suspend", "Close an account's portal, for those who are signed in too, until it is resumed", suspend);
  add_one("resume", "Open it again", resume);
  CLI::App* set_command = add_one("set", "Change what holds for an account", set);
  set_command->add_option("--country", options->country, kCountryHelp);
  set_command
      ->add_option("--edit-imported", options->edits_imported,
                   "yes: staff may change by hand what another system feeds (default: no)")
      ->check(CLI::IsMember({"yes", "no"}));
  CLI::App* delete_command = add_one("delete", "Delete an account with everything in it, for ever", remove);
  delete_command->add_option("--confirm", options->confirmed_slug, "the slug once more");
  add_files_option(*delete_command, invocation);
}

}  // namespace portal::portalctl
