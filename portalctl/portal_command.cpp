#include <memory>

#include <fmt/format.h>

#include "portalctl/commands.hpp"
#include "portalctl/lookup.hpp"
#include "portalctl/portal_settings.hpp"

namespace portal::portalctl {
namespace {

struct Options {
  std::string account;
  PortalChanges changes;
};

Outcome<void> show(const Invocation& invocation, const Options& options) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  return print_portal(*database, account->account_id, invocation.format);
}

Outcome<void> set(const Invocation& invocation, const Options& options) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  if (Outcome<void> done = change_portal(*database, account->account_id, account->name, options.changes); !done)
    return done;
  print_line(fmt::format("{} the portal of {}.", account->default_language ? "Changed" : "Made", options.account));
  return {};
}

}  // namespace

void add_portal_command(CLI::App& app, Invocation& invocation) {
  CLI::App* portal = add_group(app, "portal", "How an account's portal looks and what it shows");
  const auto options = std::make_shared<Options>();

  CLI::App* show_command =
      portal->add_subcommand("show", "Print the settings, and which templates and fields members see");
  show_command->add_option("--account", options->account, "the account's slug")->required();
  add_database_options(*show_command, invocation);
  add_json_option(*show_command, invocation);
  show_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return show(invocation, *options); }; });

  CLI::App* set_command = portal->add_subcommand("set", "Change what is named; the first call makes the portal");
  PortalChanges& changes = options->changes;
  set_command->add_option("--account", options->account, "the account's slug")->required();
  set_command->add_option("--name", changes.name, "the name that members read (at first: the account's)");
  set_command->add_option("--colour", changes.accent_colour, "accent colour, such as #0b6e99");
  set_command->add_option("--phone", changes.contact_phone, "phone for questions; \"\" takes it away, here and below");
  set_command->add_option("--email", changes.contact_email, "address for questions");
  set_command->add_option("--website", changes.contact_website, "the business's own pages");
  set_command->add_option("--privacy-url", changes.privacy_url, "privacy notice");
  set_command->add_option("--terms-url", changes.terms_url, "terms of use");
  set_command->add_option("--imprint-url", changes.imprint_url, "imprint");
  set_command->add_option("--languages", changes.languages, "with commas between: en,es")
      ->allow_extra_args(false)
      ->delimiter(',')
      ->check(CLI::IsMember({"en", "es"}));
  set_command->add_option("--default-language", changes.default_language,
                          "for those whose browser speaks none of them");
  // One value each time: otherwise CLI11 takes every following word for one more template.
  const auto add_list = [&](const char* option, std::vector<std::string>& words, const char* description) {
    set_command->add_option(option, words, description)->allow_extra_args(false);
  };
  add_list("--show-template", changes.show_templates,
           "members see jobs made from this template (its name or number); may be repeated");
  add_list("--hide-template", changes.hide_templates, "and no longer from this one");
  add_list("--show-field", changes.show_fields,
           "members see this field, such as main.description or custom.boiler_model; may be repeated");
  add_list("--hide-field", changes.hide_fields, "and no longer this one");
  add_database_options(*set_command, invocation);
  set_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return set(invocation, *options); }; });
}

}  // namespace portal::portalctl
