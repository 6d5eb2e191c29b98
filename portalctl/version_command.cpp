#include "portalctl/commands.hpp"

namespace portal::portalctl {

void add_version_command(CLI::App& app, Invocation& invocation) {
  CLI::App* version = app.add_subcommand("version", "Print the version of this program");
  add_json_option(*version, invocation);
  version->callback([&invocation] {
    invocation.action = [&invocation]() -> Outcome<void> {
      if (invocation.format == Format::kText) {
        print_line("portalctl " PORTAL_VERSION);
        return {};
      }
      json::Writer writer;
      writer.begin_object().member("version", PORTAL_VERSION).end_object();
      print_json(writer);
      return {};
    };
  });
}

}  // namespace portal::portalctl
