#include <memory>

#include <fmt/format.h>

#include "crypto/password.hpp"
#include "portalctl/commands.hpp"
#include "portalctl/database.hpp"
#include "portalctl/demo_files.hpp"
#include "portalctl/demo_jobs.hpp"
#include "portalctl/invitation.hpp"
#include "portalctl/sql_folder.hpp"
#include "portalctl_sql/accounts.hpp"
#include "portalctl_sql/demo.hpp"

namespace portal::portalctl {
namespace {

// Printed for everybody: hence only in a database that holds nothing else.
constexpr std::string_view kDemoPassword = "three-blue-kettles";

struct Options {
  std::string sql_folder;
  std::uint16_t port = 0;
  bool insecure = false;
  std::int64_t jobs = 0;
};

struct Login {
  std::string email;
  std::string client;
};

struct StaffLogin {
  std::string email;
  std::string role;
};

struct DemoAccount {
  std::string slug;
  std::string host;
  std::string url;
  std::vector<Login> logins;
  std::vector<StaffLogin> staff;
  std::string activation_url;
};

// What follows the host in an account's public address.
std::string port_suffix(const Options& options) {
  const std::uint16_t default_port = options.insecure ? 80 : 443;
  return options.port == 0 || options.port == default_port ? "" : fmt::format(":{}", options.port);
}

std::string_view scheme(const Options& options) { return options.insecure ? "http" : "https"; }

Outcome<void> load_data(Database& database, const Settings& settings, const Options& options) {
  auto others = database.fetch<sql::HasAccountsRow>(sql::has_accounts());
  if (!others) return failed(others.error());
  if ((*others)[0].has_accounts)
    return failed(
        "This database has accounts already. The demo's passwords are known to everybody: it takes an empty database.");
  const Outcome<std::filesystem::path> folder = find_sql_folder(options.sql_folder);
  if (!folder) return failed(folder.error());
  const Outcome<std::vector<SqlFile>> files = read_sql_files(*folder / "demo");
  if (!files) return failed(files.error());
  if (files->empty()) return failed(fmt::format("{} holds no demo data.", (*folder / "demo").string()));
  for (const SqlFile& file : *files) {
    if (Outcome<void> done = database.run_script(file.text, file.name); !done) {
      done.error().sentence = file.name + ": " + done.error().sentence;
      return done;
    }
  }
  if (Outcome<void> done = fill_demo_files(database, settings, *folder / "demo/files"); !done) return done;
  return database.execute(sql::set_origins(scheme(options), port_suffix(options)));
}

// Each member and each of the staff gets a salt and so a hash of its own, as if everybody had chosen the same password.
Outcome<void> set_passwords(Database& database, const crypto::Keyring& keys) {
  auto members = database.fetch<sql::ListMembersToActivateRow>(sql::list_members_to_activate());
  if (!members) return failed(members.error());
  for (int index = 0; index < members->size(); ++index) {
    const sql::ListMembersToActivateRow member = (*members)[index];
    const Result<std::string> hash = crypto::hash_password(kDemoPassword, keys);
    if (!hash) return failed("A password was not hashed", hash.error());
    if (Outcome<void> done = database.execute(sql::set_member_password(member.account_id, member.member_id, *hash));
        !done)
      return done;
  }
  auto staff = database.fetch<sql::ListStaffToActivateRow>(sql::list_staff_to_activate());
  if (!staff) return failed(staff.error());
  for (int index = 0; index < staff->size(); ++index) {
    const sql::ListStaffToActivateRow person = (*staff)[index];
    const Result<std::string> hash = crypto::hash_password(kDemoPassword, keys);
    if (!hash) return failed("A password was not hashed", hash.error());
    if (Outcome<void> done = database.execute(sql::activate_staff(person.account_id, person.staff_id, *hash)); !done)
      return done;
  }
  return {};
}

// The data has the person and the membership; the link is made here, like any other, so that it really works.
Outcome<std::string> invite_who_waits(Database& database, const AccountRecord& account, const crypto::Keyring& keys) {
  auto open = database.fetch<sql::FindOpenInvitationRow>(sql::find_open_invitation(account.account_id));
  if (!open) return failed(open.error());
  if (open->empty()) return failed("The demo data has an account without an open invitation.");
  const sql::FindOpenInvitationRow row = (*open)[0];
  Invitee invitee;
  invitee.address = row.email;
  const ClientRecord client{.client_id = row.client_id, .name = std::string(row.client)};
  Outcome<Invitation> invitation = invite(database, account, client, invitee, keys);
  if (!invitation) return failed(invitation.error());
  return std::move(invitation->url);
}

Outcome<DemoAccount> finish_account(Database& database, std::string_view slug, const crypto::Keyring& keys) {
  const Outcome<AccountRecord> account = find_account(database, std::string(slug));
  if (!account) return failed(account.error());
  if (!account->origin || !account->default_language)
    return failed(fmt::format("The demo data has no host or no portal for {}.", slug));
  DemoAccount demo{
      .slug = std::string(slug), .host = {}, .url = *account->origin, .logins = {}, .staff = {}, .activation_url = {}};
  const std::string_view after_scheme = std::string_view(demo.url).substr(demo.url.find("//") + 2);
  demo.host = after_scheme.substr(0, after_scheme.find(':'));
  auto logins = database.fetch<sql::ListLoginsRow>(sql::list_logins(account->account_id));
  if (!logins) return failed(logins.error());
  for (int index = 0; index < logins->size(); ++index)
    demo.logins.push_back({std::string((*logins)[index].email), std::string((*logins)[index].client)});
  auto staff = database.fetch<sql::ListStaffLoginsRow>(sql::list_staff_logins(account->account_id));
  if (!staff) return failed(staff.error());
  for (int index = 0; index < staff->size(); ++index)
    demo.staff.push_back({std::string((*staff)[index].email), std::string((*staff)[index].role)});
  Outcome<std::string> url = invite_who_waits(database, *account, keys);
  if (!url) return failed(url.error());
  demo.activation_url = std::move(*url);
  return demo;
}

Outcome<std::vector<DemoAccount>> load_demo(Database& database, const Settings& settings, const Options& options,
                                            const crypto::Keyring& keys) {
  Outcome<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return failed(transaction.error());
  if (Outcome<void> done = load_data(database, settings, options); !done) return failed(done.error());
  if (Outcome<void> done = set_passwords(database, keys); !done) return failed(done.error());
  auto accounts = database.fetch<sql::ListAccountsRow>(sql::list_accounts());
  if (!accounts) return failed(accounts.error());
  std::vector<DemoAccount> demo;
  for (int index = 0; index < accounts->size(); ++index) {
    Outcome<DemoAccount> account = finish_account(database, (*accounts)[index].slug, keys);
    if (!account) return failed(account.error());
    demo.push_back(std::move(*account));
  }
  if (Outcome<void> done = transaction->commit(); !done) return failed(done.error());
  return demo;
}

// Batches that are committed one by one, so this comes after everything else is safely there.
Outcome<DemoAccount> load_many_jobs(Database& database, const Options& options, const crypto::Keyring& keys) {
  const std::string origin = fmt::format("{}://metropolis.localhost{}", scheme(options), port_suffix(options));
  Outcome<Metropolis> metropolis = Metropolis::begin(database, origin, options.jobs);
  if (!metropolis) return failed(metropolis.error());
  // The first keeper is the only one without a password who may have one: the others come after.
  if (Outcome<void> done = set_passwords(database, keys); !done) return failed(done.error());
  Outcome<DemoAccount> account = finish_account(database, "metropolis", keys);
  if (!account) return failed(account.error());
  if (Outcome<void> done = metropolis->fill(); !done) return failed(done.error());
  return account;
}

void print(const std::vector<DemoAccount>& accounts) {
  for (const DemoAccount& account : accounts) {
    print_line(fmt::format("{}: {}", account.slug, account.url));
    for (const Login& login : account.logins)
      print_line(fmt::format("  sign in as {}, password {} ({})", login.email, kDemoPassword, login.client));
    for (const StaffLogin& login : account.staff)
      print_line(fmt::format("  staff: {}/console as {}, password {} ({})", account.url, login.email, kDemoPassword,
                             login.role));
    print_line(fmt::format("  an invitation that waits for its password: {}", account.activation_url));
  }
}

void print_as_json(const std::vector<DemoAccount>& accounts) {
  json::Writer writer;
  writer.begin_object().key("accounts").begin_array();
  for (const DemoAccount& account : accounts) {
    writer.begin_object().member("slug", account.slug).member("host", account.host).member("url", account.url);
    writer.key("members").begin_array();
    for (const Login& login : account.logins)
      writer.begin_object()
          .member("email", login.email)
          .member("password", kDemoPassword)
          .member("client", login.client)
          .end_object();
    writer.end_array().key("staff").begin_array();
    for (const StaffLogin& login : account.staff)
      writer.begin_object()
          .member("email", login.email)
          .member("password", kDemoPassword)
          .member("role", login.role)
          .end_object();
    writer.end_array().member("activation_url", account.activation_url).end_object();
  }
  writer.end_array().end_object();
  print_json(writer);
}

Outcome<void> run(const Invocation& invocation, const Options& options) {
  const Outcome<crypto::Keyring> keys = load_keys(invocation.settings);
  if (!keys) return failed(keys.error());
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  Outcome<std::vector<DemoAccount>> accounts = load_demo(*database, invocation.settings, options, *keys);
  if (!accounts) return failed(accounts.error());
  if (options.jobs > 0) {
    Outcome<DemoAccount> metropolis = load_many_jobs(*database, options, *keys);
    if (!metropolis) return failed(metropolis.error());
    accounts->push_back(std::move(*metropolis));
  }
  if (invocation.format == Format::kJson)
    print_as_json(*accounts);
  else
    print(*accounts);
  return {};
}

}  // namespace

void add_demo_command(CLI::App& app, Invocation& invocation) {
  CLI::App* demo = app.add_subcommand("demo", "Load two demo accounts into an empty database");
  const auto options = std::make_shared<Options>();
  demo->add_option("--origin-port", options->port,
                   "port in the accounts' public addresses (default: the scheme's own)");
  demo->add_flag("--insecure", options->insecure, "http instead of https, for loopback");
  demo->add_option("--jobs", options->jobs, "a third account with so many jobs, a hundred to a client, for measuring")
      ->check(CLI::Range(std::int64_t{1}, kMostDemoJobs));
  demo->add_option("--sql-dir", options->sql_folder, "folder of the SQL files (default: the installed one)");
  add_keys_option(*demo, invocation);
  add_files_option(*demo, invocation);
  add_database_options(*demo, invocation);
  add_json_option(*demo, invocation);
  demo->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return run(invocation, *options); }; });
}

}  // namespace portal::portalctl
