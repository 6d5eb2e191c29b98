#include "portalctl/doctor.hpp"

#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "crypto/keyring.hpp"
#include "files/answer.hpp"
#include "portalctl/doctor_report.hpp"
#include "portalctl/file_store.hpp"
#include "portalctl/sql_folder.hpp"
#include "portalctl_sql/doctor.hpp"

namespace portal::portalctl {
namespace {

constexpr std::int32_t kOldestServer = 150'000;
constexpr const char* kDebianConfiguration = "/etc/nginx/nginx.conf";
constexpr double kClockSeconds = 2;  // more makes links and sessions look expired to people who compare clocks

void examine_server(Report& report, const sql::ServerFactsRow& facts) {
  if (facts.version < kOldestServer) {
    report.ill("database", fmt::format("PostgreSQL {} is too old.", facts.version_text),
               "Move the database to PostgreSQL 15 or newer.");
  } else if (facts.encoding != "UTF8") {
    report.ill("database", fmt::format("The database is encoded in {}.", facts.encoding),
               "Make a database with ENCODING 'UTF8' and restore into it.");
  } else {
    report.well("database", fmt::format("PostgreSQL {}.", facts.version_text));
  }
  if (facts.has_time_zones) {
    report.well("time zones", "PostgreSQL knows them.");
  } else {
    report.ill("time zones", "PostgreSQL does not know Europe/London.",
               "Install the package tzdata on the database's host and restart PostgreSQL.");
  }
  const std::chrono::duration<double> ahead = facts.clock - std::chrono::system_clock::now();
  if (std::abs(ahead.count()) <= kClockSeconds) {
    report.well("clock", "This host and the database agree.");
  } else {
    report.ill("clock", fmt::format("The database's clock is {:.0f} seconds away from this host's.", ahead.count()),
               "Let both follow a time server (systemd-timesyncd, chrony).");
  }
}

void examine_schema(Report& report, Database& database, const std::string& given_folder) {
  const Outcome<std::filesystem::path> folder = find_sql_folder(given_folder);
  if (!folder) return report.ill("schema", folder.error().sentence, "Say where the SQL files are with --sql-dir.");
  const Outcome<std::vector<Migration>> migrations = read_migrations(*folder);
  const Outcome<std::vector<SqlFile>> policies = read_sql_files(*folder / "policies");
  if (!migrations) return report.ill("schema", migrations.error().sentence, "Install the SQL files of this version.");
  if (!policies) return report.ill("schema", policies.error().sentence, "Install the SQL files of this version.");
  const auto facts = report.ask<sql::SchemaFactsRow>(database, "schema", sql::schema_facts());
  if (!facts) return;
  if (facts->empty()) return report.ill_until("schema", "The books of the migrations are empty.", "portalctl migrate");
  const auto wanted = static_cast<std::int32_t>(migrations->size());
  const sql::SchemaFactsRow row = (*facts)[0];
  if (row.number < wanted) {
    report.ill_until("schema", fmt::format("It has number {}, this version needs {}.", row.number, wanted),
                     "portalctl migrate");
  } else if (row.number > wanted) {
    report.ill("schema", fmt::format("It has number {}, this version knows {}.", row.number, wanted),
               "Install the newer portalctl and module.");
  } else if (row.policies_checksum != checksum_of(*policies)) {
    report.ill_until("schema", "The policies are not those of this version.", "portalctl migrate");
  } else {
    report.well("schema", fmt::format("Number {}, with the policies of this version.", row.number));
  }
}

// Makes what is missing of the roles and the schema; may be run again.
std::string bootstrap_command(const std::string& given_folder) {
  const Outcome<std::filesystem::path> folder = find_sql_folder(given_folder);
  return fmt::format("runuser -u postgres -- psql -q -d portal -v ON_ERROR_STOP=1 -f {}/bootstrap.sql",
                     folder ? folder->string() : "sql");
}

constexpr const char* kRunBootstrap = "run sql/bootstrap.sql in the database portal, as a superuser.";

void examine_roles(Report& report, Database& database, const std::string& conninfo, const std::string& given_folder) {
  const auto roles = report.ask<sql::WrongRolesRow>(database, "roles", sql::wrong_roles());
  if (!roles) return;
  for (int index = 0; index < roles->size(); ++index)
    ill_at_database(report, conninfo, "roles", fmt::format("{} {}.", (*roles)[index].role, (*roles)[index].fault),
                    bootstrap_command(given_folder), kRunBootstrap);
  if (roles->empty()) report.well("roles", "All four are as they must be.");
}

void examine_tables(Report& report, Database& database) {
  const auto open = report.ask<sql::OpenTablesRow>(database, "row-level security", sql::open_tables());
  if (!open) return;
  for (int index = 0; index < open->size(); ++index)
    report.ill(
        "row-level security",
        fmt::format("portal.{} is not forced behind its policies, or not portal_owner's.", (*open)[index].name),
        "Find out who changed it; then portalctl migrate after: update portal.schema_state set policies_checksum "
        "= null");
  if (open->empty()) report.well("row-level security", "Forced on every table of an account.");
}

void examine_accounts(Report& report, Database& database) {
  const auto accounts = report.ask<sql::AccountsUnservedRow>(database, "accounts", sql::accounts_unserved());
  if (!accounts) return;
  for (int index = 0; index < accounts->size(); ++index) {
    const sql::AccountsUnservedRow row = (*accounts)[index];
    report.ill_until("accounts", fmt::format("{} has no {}, so nobody can use it.", row.slug, row.lacks),
                     row.lacks == "host" ? fmt::format("portalctl host add --account {} --host HOST", row.slug)
                                         : fmt::format("portalctl portal set --account {}", row.slug));
  }
  if (accounts->empty()) report.well("accounts", "Each has a host and a portal.");
}

// Whether anybody could ever sign in.
void examine_people(Report& report, Database& database) {
  const auto facts = report.ask<sql::PeopleFactsRow>(database, "people", sql::people_facts());
  if (!facts || facts->empty()) return;
  const sql::PeopleFactsRow row = (*facts)[0];
  if (!row.slug)
    return report.ill_until("people", "There is no account.",
                            "portalctl account create --slug SLUG --name 'NAME' --time-zone ZONE");
  if (row.has_member) return report.well("people", "Somebody has been invited.");
  if (!row.client)
    return report.ill("people", fmt::format("{} has no client.", *row.slug),
                      "Clients come from the business's own system; docs/install/debian.md has the statement for a "
                      "first one.");
  report.ill_until(
      "people", "Nobody has been invited.",
      fmt::format("portalctl member invite --account {} --client {} --email ADDRESS", *row.slug, *row.client));
}

void examine_keys(Report& report, const Settings& settings) {
  if (settings.keys_file.empty())
    return report.ill("keys", "Nobody said where the file of keys is.",
                      fmt::format("Write keys_file = ... into {}.", kSettingsFile));
  const Result<crypto::Keyring> keys = crypto::Keyring::load(settings.keys_file);
  if (keys) return report.well("keys", "The file is complete and its owner's alone.");
  std::error_code error;
  if (!std::filesystem::exists(settings.keys_file, error))
    return report.ill_until(
        "keys", fmt::format("{} is not there. If there ever was one, bring it back from its copy.", settings.keys_file),
        fmt::format("portalctl keys new --file {}", settings.keys_file));
  report.ill("keys", keys.error().log_detail + ".", fmt::format("chmod 600 {}, or restore it", settings.keys_file));
}

// The folder itself; false when there is no sense in looking into it.
bool examine_folder(Report& report, const std::string& folder) {
  struct stat status{};
  if (folder.empty()) {
    report.ill("files", "Nobody said where files are.",
               fmt::format("Write files = ... into {}, the folder of portal_files in nginx.", kSettingsFile));
    return false;
  }
  const std::string make = fmt::format("install -d -o root -g www-data -m 2770 {}", folder);
  if (!folder.starts_with('/') || ::stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    report.ill_until("files", fmt::format("{} is no folder with an absolute path.", folder), make);
    return false;
  }
  if ((status.st_mode & S_IRWXO) != 0)
    report.ill_until("files", fmt::format("Everybody on this host can look into {}.", folder), "chmod o-rwx " + folder);
  if ((status.st_mode & S_ISGID) == 0 || (status.st_mode & S_IRWXG) != S_IRWXG)
    report.ill_until("files", "The group of nginx' workers cannot read what is added, or write what is sent to them.",
                     make);
  if (::access(folder.c_str(), W_OK) != 0)
    report.ill("files", "The user who asks cannot write there.", "Run portalctl as the owner of the folder.");
  return true;
}

void examine_files(Report& report, Database& database, const std::string& folder) {
  const auto rows = report.ask<sql::ListFilesRow>(database, "files", sql::list_files());
  if (!rows) return;
  std::set<std::string> known;
  std::int64_t missing = 0;
  std::string example;
  for (int index = 0; index < rows->size(); ++index) {
    const sql::ListFilesRow row = (*rows)[index];
    const std::string path = files::path_of(row.content_hash);
    known.insert(path.substr(3));
    std::error_code error;
    const auto bytes = std::filesystem::file_size(std::filesystem::path(folder) / path, error);
    if (!error && (!row.size_bytes || std::cmp_equal(bytes, *row.size_bytes))) continue;
    if (missing++ == 0) example = path;
  }
  if (missing > 0)
    report.ill("files", fmt::format("{} of {} are missing or cut off, such as {}.", missing, rows->size(), example),
               "Bring them back from a backup of the folder.");
  std::int64_t orphans = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error)) {
    if (is_settled(entry) && !known.contains(entry.path().filename().string())) ++orphans;
  }
  if (orphans > 0)
    report.ill("files",
               fmt::format("{} {} to nothing any more, as after a crash.", orphans,
                           orphans == 1 ? "file belongs" : "files belong"),
               "They do no harm but take room: portalctl document sweep");
  if (missing == 0 && orphans == 0) report.well("files", fmt::format("All {} are in their place.", rows->size()));
}

// The database and what portalctl has made in it; nothing when there is no sense in asking it more.
std::optional<Database> examine_database(Report& report, const Settings& settings, const DoctorOptions& options) {
  Outcome<Database> database = Database::connect(settings);
  if (!database) {
    advise_on_connection(report, settings.database, "database", database.error().sentence, options.sql_folder);
    return std::nullopt;
  }
  const auto facts = report.ask<sql::ServerFactsRow>(*database, "database", sql::server_facts());
  if (!facts) return std::nullopt;
  examine_server(report, (*facts)[0]);
  examine_roles(report, *database, settings.database, options.sql_folder);
  if (!(*facts)[0].has_schema) {
    ill_at_database(report, settings.database, "schema", "The database has no schema of the portal.",
                    bootstrap_command(options.sql_folder), kRunBootstrap);
    return std::nullopt;
  }
  examine_schema(report, *database, options.sql_folder);
  const auto schema = report.ask<sql::SchemaFactsRow>(*database, "schema", sql::schema_facts());
  if (!schema || schema->empty() || (*schema)[0].number == 0) return std::nullopt;
  examine_tables(report, *database);
  return std::move(*database);
}

// The folder in which Debian keeps the settings of its newest cluster; empty when it has none here.
std::string cluster_folder() {
  glob_t found{};
  std::string folder;
  if (::glob("/etc/postgresql/*/main/pg_hba.conf", 0, nullptr, &found) == 0)
    folder = std::filesystem::path(found.gl_pathv[found.gl_pathc - 1]).parent_path();
  ::globfree(&found);
  return folder;
}

}  // namespace

void ill_at_database(Report& report, const std::string& database, const std::string& subject, const std::string& says,
                     const std::string& command, const std::string& what) {
  if (is_on_this_host(database)) return report.ill_until(subject, says, command);
  report.ill(subject, says, "On the database's host: " + what);
}

void advise_on_connection(Report& report, const std::string& database, const std::string& subject,
                          const std::string& sentence, const std::string& sql_folder) {
  constexpr std::string_view kLines = "local portal portal_maintenance,portal_courier peer map=portico";
  const std::string cluster = cluster_folder();
  if (sentence.contains("No such file or directory") || sentence.contains("Connection refused")) {
    return ill_at_database(report, database, subject, sentence,
                           cluster.empty() ? "apt-get install -y postgresql" : "systemctl start postgresql",
                           "see that PostgreSQL runs, and that it listens where this host asks (listen_addresses).");
  }
  if (sentence.contains("database \"") && sentence.contains("does not exist"))
    return ill_at_database(report, database, subject, sentence,
                           "runuser -u postgres -- createdb --encoding=UTF8 --template=template0 portal",
                           "createdb --encoding=UTF8 --template=template0 portal, as a superuser.");
  // PostgreSQL looks for the role before the database, so either may be missing.
  if (sentence.contains("role \"") && sentence.contains("does not exist"))
    return ill_at_database(
        report, database, subject, sentence,
        "runuser -u postgres -- createdb --encoding=UTF8 --template=template0 portal; " + bootstrap_command(sql_folder),
        std::string("where there is no database portal, make it; ") + kRunBootstrap);
  const bool is_kept_out = sentence.contains("authentication failed") || sentence.contains("pg_hba.conf");
  if (is_kept_out && (!cluster.empty() || !is_on_this_host(database))) {
    return ill_at_database(
        report, database, subject, sentence,
        fmt::format(
            "cd {} && sed -i '/^local  *all  *all/i {}\\nlocal portal portal_edge scram-sha-256' pg_hba.conf && "
            "printf 'portico root portal_maintenance\\nportico portico-courier portal_courier\\n' >>pg_ident.conf && "
            "systemctl reload postgresql",
            cluster, kLines),
        "let the role in from here (pg_hba.conf), with a password (alter role) that a file here holds "
        "(password_file).");
  }
  report.ill(subject, sentence,
             "Check that PostgreSQL runs, that its host can be reached, and that pg_hba.conf lets the role in.");
}

std::vector<Finding> examine(const Settings& settings, const DoctorOptions& options) {
  Report report;
  std::optional<Database> database = examine_database(report, settings, options);
  examine_keys(report, settings);
  if (examine_folder(report, settings.files) && database) examine_files(report, *database, settings.files);
  DoctorOptions with_nginx = options;
  std::error_code ignored;
  if (with_nginx.nginx_configuration.empty() && std::filesystem::exists(kDebianConfiguration, ignored))
    with_nginx.nginx_configuration = kDebianConfiguration;
  if (!with_nginx.nginx_configuration.empty()) examine_nginx(report, settings, with_nginx);
  if (database) {
    examine_accounts(report, *database);
    examine_people(report, *database);
  }
  return report.take();
}

}  // namespace portal::portalctl
