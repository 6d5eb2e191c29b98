#include "portalctl/commands.hpp"

#include <fmt/format.h>

namespace portal::portalctl {

void add_database_options(CLI::App& command, Invocation& invocation) {
  Settings& settings = invocation.settings;
  command.add_option("--database", settings.database,
                     "libpq connection string without a password, such as \"host=/run/postgresql dbname=portal\" "
                     "(else PORTAL_DATABASE, else the settings file)");
  command.add_option("--password-file", settings.password_file, "file that holds the password of the database role");
  command.add_option("--settings", settings.file, fmt::format("settings file instead of {}", kSettingsFile));
  command.add_flag("--verbose", settings.verbose, "with an error, say what PostgreSQL said");
}

void add_keys_option(CLI::App& command, Invocation& invocation) {
  command.add_option("--keys-file", invocation.settings.keys_file,
                     "file of keys that nginx uses too (else PORTAL_KEYS_FILE, else the settings file)");
}

void add_files_option(CLI::App& command, Invocation& invocation) {
  command.add_option("--files", invocation.settings.files,
                     "folder that nginx knows as portal_files (else PORTAL_FILES, else the settings file)");
}

void add_json_option(CLI::App& command, Invocation& invocation) {
  command.add_flag_callback("--json", [&invocation] { invocation.format = Format::kJson; }, "print JSON");
}

CLI::App* add_group(CLI::App& app, const std::string& name, const std::string& description) {
  CLI::App* group = app.add_subcommand(name, description);
  group->require_subcommand(1);
  return group;
}

void add_scope_options(CLI::App& command, std::string& account, std::string& client) {
  command.add_option("--account", account, "the account's slug")->required();
  command.add_option("--client", client, "only those of this client");
}

}  // namespace portal::portalctl
