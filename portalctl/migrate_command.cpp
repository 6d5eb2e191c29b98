#include <memory>

#include "portalctl/commands.hpp"
#include "portalctl/database.hpp"
#include "portalctl/migrate.hpp"
#include "portalctl/sql_folder.hpp"

namespace portal::portalctl {
namespace {

struct Options {
  std::string sql_folder;
  bool dry_run = false;
};

Outcome<void> run(const Invocation& invocation, const Options& options, bool status) {
  Outcome<std::filesystem::path> folder = find_sql_folder(options.sql_folder);
  if (!folder) return failed(folder.error());
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  if (status) return print_migration_status(*database, *folder, invocation.format);
  return migrate(*database, *folder, options.dry_run ? MigrateMode::kDryRun : MigrateMode::kApply);
}

}  // namespace

void add_migrate_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<Options>();
  CLI::App* migrate = app.add_subcommand("migrate", "Bring the database to the schema of this version");
  CLI::App* status = migrate->add_subcommand("status", "List the migrations and which of them are applied");
  for (CLI::App* command : {migrate, status}) {
    add_database_options(*command, invocation);
    command->add_option("--sql-dir", options->sql_folder, "folder of the SQL files (default: the installed one)");
  }
  migrate->add_flag("--dry-run", options->dry_run, "say what would be applied, and change nothing");
  add_json_option(*status, invocation);
  status->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return run(invocation, *options, true); };
  });
  // Called after the callback of a subcommand that was given.
  migrate->callback([&invocation, options] {
    if (!invocation.action) invocation.action = [&invocation, options] { return run(invocation, *options, false); };
  });
}

}  // namespace portal::portalctl
