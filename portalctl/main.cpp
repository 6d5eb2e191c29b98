#include <cstdio>
#include <exception>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "images/render_logo.hpp"
#include "portalctl/commands.hpp"

namespace {

using namespace portal::portalctl;

int report(const Failure& failure, bool verbose) {
  fmt::print(stderr, "portalctl: {}\n", failure.sentence);
  if (verbose && !failure.detail.empty()) fmt::print(stderr, "{}\n", failure.detail);
  return std::to_underlying(failure.exit_code);
}

int run(int argc, char** argv) {
  Invocation invocation;
  CLI::App app("Runs a client portal from the command line.", "portalctl");
  app.require_subcommand(1);
  app.set_version_flag("--version", "portalctl " PORTAL_VERSION);
  app.footer("Exit status: 0 done, 1 failed, 2 wrong usage. No option takes a password: files do.");
  add_migrate_command(app, invocation);
  add_keys_command(app, invocation);
  add_account_command(app, invocation);
  add_host_command(app, invocation);
  add_portal_command(app, invocation);
  add_member_command(app, invocation);
  add_staff_command(app, invocation);
  add_key_command(app, invocation);
  add_import_command(app, invocation);
  add_follow_command(app, invocation);
  add_document_command(app, invocation);
  add_mail_command(app, invocation);
  add_outbox_command(app, invocation);
  add_courier_command(app, invocation);
  add_doctor_command(app, invocation);
  add_demo_command(app, invocation);
  add_routes_command(app, invocation);
  add_tidy_command(app, invocation);
  add_version_command(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 tells usage errors apart by many numbers; scripts get one. Help and version arrive here too, with exit
    // status 0.
    return app.exit(error) == 0 ? std::to_underlying(ExitCode::kDone) : std::to_underlying(ExitCode::kUsage);
  }
  Outcome<Settings> settings = complete(invocation.settings);
  if (!settings) return report(settings.error(), invocation.settings.verbose);
  invocation.settings = std::move(*settings);
  Outcome<void> outcome = invocation.action();
  // A full disk shows only now, and a list that was cut off must not look complete to a script.
  if (outcome && (std::fflush(stdout) != 0 || std::ferror(stdout) != 0))
    outcome = failed("The output could not be written.");
  return outcome ? std::to_underlying(ExitCode::kDone) : report(outcome.error(), invocation.settings.verbose);
}

}  // namespace

int main(int argc, char** argv) {
  // Started by the courier alone, with nothing but a picture: before anything else is read or opened.
  if (argc == 2 && std::string_view(argv[1]) == "render-logo") portal::outside::render_logo();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "portalctl: something is broken: {}\n", error.what());
    return std::to_underlying(ExitCode::kFailed);
  }
}
