#include <memory>

#include <fmt/format.h>

#include "crypto/keyring.hpp"
#include "portalctl/commands.hpp"

namespace portal::portalctl {
namespace {

struct Options {
  std::string file;
  std::string purpose;
};

Outcome<void> rotate(const Invocation& invocation, const Options& options) {
  const std::string file = options.file.empty() ? invocation.settings.keys_file : options.file;
  if (file.empty())
    return misused(fmt::format("Which file of keys? Say it with --file, in PORTAL_KEYS_FILE or in {}.", kSettingsFile));
  for (const crypto::KeyPurpose purpose : {crypto::KeyPurpose::kCursor, crypto::KeyPurpose::kPepper,
                                           crypto::KeyPurpose::kEncryption, crypto::KeyPurpose::kSessionCache}) {
    if (crypto::name_of(purpose) != options.purpose) continue;
    const Result<std::string> key_id = crypto::rotate_key(file, purpose);
    if (!key_id) return failed("The key was not rotated", key_id.error());
    // nginx encrypts with the new key from its reload on, and the courier reads the file only when it starts.
    const bool courier_reads = purpose == crypto::KeyPurpose::kEncryption;
    print_line(fmt::format(
        "Added the key {} for {}. Copy the file to every host, {}then reload nginx on each: nginx -s reload. "
        "Earlier keys stay in the file, so that what was made with them can be read.",
        *key_id, options.purpose, courier_reads ? "restart the courier wherever it runs, " : ""));
    return {};
  }
  return misused(fmt::format("\"{}\" is no purpose of a key.", options.purpose));
}

}  // namespace

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

  CLI::App* rotate_command = keys->add_subcommand("rotate", "Add a fresh key of one purpose; earlier ones still read");
  const auto options = std::make_shared<Options>();
  rotate_command->add_option("--purpose", options->purpose, "cursor, pepper, encryption or session-cache")
      ->required()
      ->check(CLI::IsMember({"cursor", "pepper", "encryption", "session-cache"}));
  rotate_command->add_option("--file", options->file,
                             "the file of keys (else PORTAL_KEYS_FILE, else the settings file)");
  rotate_command->add_option("--settings", invocation.settings.file,
                             fmt::format("settings file instead of {}", kSettingsFile));
  rotate_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return rotate(invocation, *options); }; });
}

}  // namespace portal::portalctl
