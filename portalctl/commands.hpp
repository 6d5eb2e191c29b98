// What every command hands to main: its place in the command line and what it does once that was read.
#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "portalctl/failure.hpp"
#include "portalctl/output.hpp"
#include "portalctl/settings.hpp"

namespace portal::portalctl {

struct Invocation {
  Settings settings;
  Format format = Format::kText;
  std::function<Outcome<void>()> action;
};

void add_migrate_command(CLI::App& app, Invocation& invocation);
void add_keys_command(CLI::App& app, Invocation& invocation);
void add_account_command(CLI::App& app, Invocation& invocation);
void add_host_command(CLI::App& app, Invocation& invocation);
void add_portal_command(CLI::App& app, Invocation& invocation);
void add_member_command(CLI::App& app, Invocation& invocation);
void add_staff_command(CLI::App& app, Invocation& invocation);
void add_import_command(CLI::App& app, Invocation& invocation);
void add_follow_command(CLI::App& app, Invocation& invocation);
void add_key_command(CLI::App& app, Invocation& invocation);
void add_courier_command(CLI::App& app, Invocation& invocation);
void add_mail_command(CLI::App& app, Invocation& invocation);
void add_outbox_command(CLI::App& app, Invocation& invocation);
void add_document_command(CLI::App& app, Invocation& invocation);
void add_doctor_command(CLI::App& app, Invocation& invocation);
void add_demo_command(CLI::App& app, Invocation& invocation);
void add_routes_command(CLI::App& app, Invocation& invocation);
void add_tidy_command(CLI::App& app, Invocation& invocation);
void add_version_command(CLI::App& app, Invocation& invocation);

// Options that several commands have. They stand at each of them, so that its help lists them.
void add_database_options(CLI::App& command, Invocation& invocation);
void add_keys_option(CLI::App& command, Invocation& invocation);
void add_files_option(CLI::App& command, Invocation& invocation);
// Of what one lists: an account, and perhaps one client of it.
void add_scope_options(CLI::App& command, std::string& account, std::string& client);
void add_json_option(CLI::App& command, Invocation& invocation);

// A command that has only subcommands.
CLI::App* add_group(CLI::App& app, const std::string& name, const std::string& description);

}  // namespace portal::portalctl
