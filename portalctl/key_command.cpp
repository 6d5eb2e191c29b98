#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "access/key.hpp"
#include "auth/api_key.hpp"
#include "base/ids.hpp"
#include "base/utf8.hpp"
#include "crypto/token.hpp"
#include "portalctl/commands.hpp"
#include "portalctl/database.hpp"
#include "portalctl/lookup.hpp"
#include "portalctl/text.hpp"
#include "portalctl_sql/api_keys.hpp"

namespace portal::portalctl {
namespace {

constexpr TextLength kName{.maximum = 100};

struct Options {
  std::string account;
  std::string name;
  std::vector<std::string> scopes;
  std::string key_id;
};

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char letter) { return letter < 0x20 || letter == 0x7f; });
}

Outcome<void> create(const Invocation& invocation, const Options& options) {
  const std::string name = trimmed(options.name);
  if (!find_text_fault(name, kName).empty() || has_control_characters(name))
    return misused("A key needs a name of one line, at most 100 characters: which system uses it.");
  // Each once and in one order, whatever was typed.
  std::vector<std::string_view> scopes;
  for (const std::string_view scope : access::kScopeNames) {
    if (std::ranges::find(options.scopes, scope) != options.scopes.end()) scopes.push_back(scope);
  }
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  const crypto::Token token = crypto::Token::generate();
  const crypto::Digest hash = token.hash();
  auto created = database->fetch<sql::CreateApiKeyRow>(sql::create_api_key(account->account_id, name, hash, scopes));
  if (!created) return failed(created.error());
  const std::int64_t id = (*created)[0].api_key_id;
  if (invocation.format == Format::kJson) {
    json::Writer writer;
    writer.begin_object().id_member("api_key_id", id).member("key", auth::format_api_key(token)).end_object();
    print_json(writer);
    return {};
  }
  print_line(auth::format_api_key(token));
  print_line(fmt::format("This is the key {} of {}, for {}. It is not shown again; only its hash is kept.", id,
                         options.account, fmt::join(scopes, " and ")));
  return {};
}

Outcome<void> list(const Invocation& invocation, const Options& options) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  auto answer = database->fetch<sql::ListApiKeysRow>(sql::list_api_keys(account->account_id));
  if (!answer) return failed(answer.error());
  Table table({"api_key_id", "name", "scopes", "created_at", "last_used_at", "revoked_at"});
  for (int index = 0; index < answer->size(); ++index) {
    const sql::ListApiKeysRow row = (*answer)[index];
    table.add({row.api_key_id, text_cell(row.name), list_cell(row.scopes), time_cell(row.created_at),
               time_cell(row.last_used_at), time_cell(row.revoked_at)});
  }
  table.print(invocation.format);
  return {};
}

Outcome<void> revoke(const Invocation& invocation, const Options& options) {
  const std::optional<std::int64_t> id = parse_id(options.key_id);
  if (!id) return misused(fmt::format("\"{}\" is no id of a key: portalctl key list shows them.", options.key_id));
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  auto revoked = database->fetch<sql::RevokeApiKeyRow>(sql::revoke_api_key(account->account_id, *id));
  if (!revoked) return failed(revoked.error());
  if (revoked->empty()) return failed(fmt::format("{} has no key {}.", options.account, *id));
  print_line(fmt::format("Revoked the key {} (\"{}\"): it opens nothing from now on.", *id, (*revoked)[0].name));
  return {};
}

}  // namespace

void add_key_command(CLI::App& app, Invocation& invocation) {
  CLI::App* key = add_group(app, "key", "API keys by which other systems of a business use the portal");
  const auto options = std::make_shared<Options>();

  CLI::App* create_command = key->add_subcommand("create", "Make a key, and print it this once");
  create_command->add_option("--account", options->account, "the account's slug")->required();
  create_command->add_option("--name", options->name, "which system uses it")->required();
  create_command
      ->add_option("--scopes", options->scopes,
                   fmt::format("with commas between; some of: {}", fmt::join(access::kScopeNames, ", ")))
      ->required()
      ->allow_extra_args(false)
      ->delimiter(',')
      ->check(CLI::IsMember(std::vector<std::string>(access::kScopeNames.begin(), access::kScopeNames.end())));
  add_database_options(*create_command, invocation);
  add_json_option(*create_command, invocation);
  create_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return create(invocation, *options); }; });

  CLI::App* list_command = key->add_subcommand("list", "List the keys of an account, the revoked ones too");
  list_command->add_option("--account", options->account, "the account's slug")->required();
  add_database_options(*list_command, invocation);
  add_json_option(*list_command, invocation);
  list_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return list(invocation, *options); }; });

  CLI::App* revoke_command = key->add_subcommand("revoke", "End a key; its next request is refused");
  revoke_command->add_option("--account", options->account, "the account's slug")->required();
  revoke_command->add_option("--key", options->key_id, "the key's id")->required();
  add_database_options(*revoke_command, invocation);
  revoke_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return revoke(invocation, *options); }; });
}

}  // namespace portal::portalctl
