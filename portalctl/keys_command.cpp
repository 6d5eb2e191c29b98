#include <memory>

#include "crypto/keyring.hpp"
#include "portalctl/commands.hpp"

namespace portal::portalctl {

void add_keys_command(CLI::App& app, Invocation& invocation) {
  CLI::App* keys = add_group(app, "keys", "The file of keys: cursors, pepper, encryption, session cache");
  CLI::App* create = keys->add_subcommand("new", "Make a new key file, readable for its owner alone");
  const auto file = std::make_shared<std::string>();
  create->add_option("--file", *file, "where; a file that is there already is left alone")->required();
  create->callback([&invocation, file] {
    invocation.action = [file]() -> Outcome<void> {
      if (Result<void> made = crypto::create_key_file(*file); !made)
        return failed("The key file was not made", made.error());
      print_line("Made " + *file +
                 ". Keep a copy in a safe place: without it, passwords and queued messages are lost.");
      return {};
    };
  });
}

}  // namespace portal::portalctl
