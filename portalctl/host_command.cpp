#include <memory>

#include <fmt/format.h>

#include "portalctl/commands.hpp"
#include "portalctl/database.hpp"
#include "portalctl/lookup.hpp"
#include "portalctl/origin.hpp"
#include "portalctl_sql/accounts.hpp"

namespace portal::portalctl {
namespace {

struct Options {
  std::string account;
  std::string host;
  std::string origin;
  bool primary = false;
};

// nginx needs no reload: its workers are told by the database.
Outcome<void> add(const Invocation& invocation, const Options& options) {
  const Outcome<std::string> host = parse_host(options.host);
  if (!host) return failed(host.error());
  const Outcome<std::string> origin = parse_origin(options.origin.empty() ? "https://" + *host : options.origin, *host);
  if (!origin) return failed(origin.error());
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  Outcome<Transaction> transaction = Transaction::begin(*database);
  if (!transaction) return failed(transaction.error());
  auto added = database->fetch<sql::AddHostRow>(sql::add_host(account->account_id, *host, *origin));
  if (!added) return failed(added.error());
  if (added->empty()) return failed(fmt::format("The host {} is taken: see portalctl host list.", *host));
  if (options.primary) {
    if (Outcome<void> done = database->execute_all(
            {sql::clear_primary_host(account->account_id), sql::make_host_primary(account->account_id, *host)});
        !done)
      return done;
  }
  if (Outcome<void> done = database->execute(sql::ensure_primary_host(account->account_id)); !done) return done;
  if (Outcome<void> done = transaction->commit(); !done) return done;
  print_line(fmt::format("The account {} is now served at {}.", options.account, *origin));
  return {};
}

Outcome<void> remove(const Invocation& invocation, const Options& options) {
  const Outcome<std::string> host = parse_host(options.host);
  if (!host) return failed(host.error());
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  Outcome<Transaction> transaction = Transaction::begin(*database);
  if (!transaction) return failed(transaction.error());
  auto removed = database->fetch<sql::RemoveHostRow>(sql::remove_host(account->account_id, *host));
  if (!removed) return failed(removed.error());
  if (removed->empty()) return failed(fmt::format("The account {} has no host {}.", options.account, *host));
  if (Outcome<void> done = database->execute(sql::ensure_primary_host(account->account_id)); !done) return done;
  if (Outcome<void> done = transaction->commit(); !done) return done;
  print_line(fmt::format("The account {} is no longer served at {}. Links sent with that address have stopped working.",
                         options.account, *host));
  return {};
}

Outcome<void> list(const Invocation& invocation, const Options& options) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  std::optional<std::string_view> slug;
  if (!options.account.empty()) {
    if (const Outcome<AccountRecord> account = find_account(*database, options.account); !account)
      return failed(account.error());
    slug = options.account;
  }
  auto answer = database->fetch<sql::ListHostsRow>(sql::list_hosts(slug));
  if (!answer) return failed(answer.error());
  Table table({"account", "host", "origin", "is_primary"});
  for (int index = 0; index < answer->size(); ++index) {
    const sql::ListHostsRow row = (*answer)[index];
    table.add({text_cell(row.account), text_cell(row.host), text_cell(row.origin), row.is_primary});
  }
  table.print(invocation.format);
  return {};
}

}  // namespace

void add_host_command(CLI::App& app, Invocation& invocation) {
  CLI::App* host = add_group(app, "host", "Host names at which an account's portal is served");
  const auto options = std::make_shared<Options>();

  CLI::App* add_command =
      host->add_subcommand("add", "Serve an account at one more host name; nginx learns of it by itself");
  add_command->add_option("--account", options->account, "the account's slug")->required();
  add_command->add_option("--host", options->host, "such as portal.example.com")->required();
  add_command->add_option("--origin", options->origin, "what browsers see, if it is not https://HOST");
  add_command->add_flag("--primary", options->primary,
                        "links in messages begin with this one (the first host is primary by itself)");
  add_database_options(*add_command, invocation);
  add_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return add(invocation, *options); }; });

  CLI::App* remove_command = host->add_subcommand("remove", "Serve an account no longer at a host name");
  remove_command->add_option("--account", options->account, "the account's slug")->required();
  remove_command->add_option("--host", options->host, "the host name")->required();
  add_database_options(*remove_command, invocation);
  remove_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return remove(invocation, *options); }; });

  CLI::App* list_command = host->add_subcommand("list", "List host names");
  list_command->add_option("--account", options->account, "only those of this account");
  add_database_options(*list_command, invocation);
  add_json_option(*list_command, invocation);
  list_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return list(invocation, *options); }; });
}

}  // namespace portal::portalctl
