#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "portalctl/commands.hpp"
#include "portalctl/database.hpp"
#include "portalctl/text.hpp"
#include "portalctl_sql/accounts.hpp"

namespace portal::portalctl {
namespace {

struct Options {
  std::string slug;
  std::string name;
  std::string time_zone;
};

bool is_slug(std::string_view text) {
  const auto allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
  };
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, allowed);
}

Outcome<void> create(const Invocation& invocation, const Options& options) {
  if (!is_slug(options.slug))
    return misused(fmt::format("\"{}\" is not a slug: small letters, digits and hyphens, at most 63.", options.slug));
  const std::string name = trimmed(options.name);
  if (name.empty()) return misused("An account needs a name.");
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  auto zone = database->fetch<sql::IsTimeZoneRow>(sql::is_time_zone(options.time_zone));
  if (!zone) return failed(zone.error());
  if (!(*zone)[0].is_known)
    return failed(fmt::format("\"{}\" is not a time zone. It is written like Europe/London.", options.time_zone));
  auto created = database->fetch<sql::CreateAccountRow>(sql::create_account(options.slug, name, options.time_zone));
  if (!created) return failed(created.error());
  if (created->empty()) return failed(fmt::format("There is already an account \"{}\".", options.slug));
  print_line(fmt::format("Made the account {}. Next: portalctl host add --account {} --host NAME", options.slug,
                         options.slug));
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
  add_database_options(*create_command, invocation);
  create_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return create(invocation, *options); }; });

  CLI::App* list_command = account->add_subcommand("list", "List the accounts");
  add_database_options(*list_command, invocation);
  add_json_option(*list_command, invocation);
  list_command->callback([&invocation] { invocation.action = [&invocation] { return list(invocation); }; });
}

}  // namespace portal::portalctl
