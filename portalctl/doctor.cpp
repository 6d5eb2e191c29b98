#include "portalctl/doctor.hpp"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/keyring.hpp"
#include "files/answer.hpp"
#include "portalctl/database.hpp"
#include "portalctl/doctor_redis.hpp"
#include "portalctl/file_store.hpp"
#include "portalctl/sql_folder.hpp"
#include "portalctl/text_file.hpp"
#include "portalctl_sql/doctor.hpp"

namespace portal::portalctl {
namespace {

constexpr std::int32_t kOldestServer = 150'000;
constexpr double kClockSeconds = 2;  // more makes links and sessions look expired to people who compare clocks

class Report {
 public:
  void well(std::string subject, std::string says) {
    findings_.push_back({.subject = std::move(subject), .is_well = true, .says = std::move(says), .mend = {}});
  }
  void ill(std::string subject, std::string says, std::string mend) {
    findings_.push_back(
        {.subject = std::move(subject), .is_well = false, .says = std::move(says), .mend = std::move(mend)});
  }
  void add(Finding finding) { findings_.push_back(std::move(finding)); }
  // Every question to the database can fail by itself, as when the role has no right to ask it.
  template <class Row>
  std::optional<Answer<Row>> ask(Database& database, const std::string& subject, const pg::Query& query) {
    Outcome<Answer<Row>> answer = database.fetch<Row>(query);
    if (answer) return std::move(*answer);
    ill(subject, answer.error().sentence,
        "Connect as portal_maintenance to a database that portalctl migrate has made.");
    return std::nullopt;
  }
  std::vector<Finding> take() { return std::move(findings_); }

 private:
  std::vector<Finding> findings_;
};

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
  if (facts->empty()) return report.ill("schema", "The books of the migrations are empty.", "portalctl migrate");
  const auto wanted = static_cast<std::int32_t>(migrations->size());
  const sql::SchemaFactsRow row = (*facts)[0];
  if (row.number < wanted) {
    report.ill("schema", fmt::format("It has number {}, this version needs {}.", row.number, wanted),
               "portalctl migrate");
  } else if (row.number > wanted) {
    report.ill("schema", fmt::format("It has number {}, this version knows {}.", row.number, wanted),
               "Install the newer portalctl and module.");
  } else if (row.policies_checksum != checksum_of(*policies)) {
    report.ill("schema", "The policies are not those of this version.", "portalctl migrate");
  } else {
    report.well("schema", fmt::format("Number {}, with the policies of this version.", row.number));
  }
}

void examine_roles(Report& report, Database& database) {
  const auto roles = report.ask<sql::WrongRolesRow>(database, "roles", sql::wrong_roles());
  if (!roles) return;
  for (int index = 0; index < roles->size(); ++index)
    report.ill("roles", fmt::format("{} {}.", (*roles)[index].role, (*roles)[index].fault),
               "Run sql/bootstrap.sql once more, as a superuser.");
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
    report.ill("accounts", fmt::format("{} has no {}, so nobody can use it.", row.slug, row.lacks),
               row.lacks == "host" ? fmt::format("portalctl host add --account {} --host NAME", row.slug)
                                   : fmt::format("portalctl portal set --account {}", row.slug));
  }
  if (accounts->empty()) report.well("accounts", "Each has a host and a portal.");
}

void examine_keys(Report& report, const Settings& settings) {
  if (settings.keys_file.empty())
    return report.ill("keys", "Nobody said where the file of keys is.",
                      fmt::format("Write keys_file = ... into {}.", kSettingsFile));
  const Result<crypto::Keyring> keys = crypto::Keyring::load(settings.keys_file);
  if (keys) return report.well("keys", "The file is complete and its owner's alone.");
  std::error_code error;
  if (!std::filesystem::exists(settings.keys_file, error))
    return report.ill("keys", fmt::format("{} is not there.", settings.keys_file),
                      fmt::format("portalctl keys new --file {}, or bring it back from its copy", settings.keys_file));
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
  const std::string make = fmt::format("install -d -o root -g www-data -m 2750 {}", folder);
  if (!folder.starts_with('/') || ::stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    report.ill("files", fmt::format("{} is no folder with an absolute path.", folder), make);
    return false;
  }
  if ((status.st_mode & S_IRWXO) != 0)
    report.ill("files", fmt::format("Everybody on this host can look into {}.", folder), "chmod o-rwx " + folder);
  if ((status.st_mode & S_ISGID) == 0 || (status.st_mode & (S_IRGRP | S_IXGRP)) != (S_IRGRP | S_IXGRP))
    report.ill("files", "What is added would not be readable for the group of nginx' workers.", make);
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
    if (!entry.is_directory(error) && !known.contains(entry.path().filename().string())) ++orphans;
  }
  if (orphans > 0)
    report.ill("files", fmt::format("{} files belong to nothing any more, as after a crash.", orphans),
               "They do no harm but take room; remove them when no portalctl runs.");
  if (missing == 0 && orphans == 0) report.well("files", fmt::format("All {} are in their place.", rows->size()));
}

// Only what stands in this very file: what it includes may lie anywhere.
void examine_nginx(Report& report, const std::string& path) {
  const Outcome<std::string> text = read_text_file(path);
  if (!text) return report.ill("nginx", text.error().sentence, "Name the main configuration, such as nginx.conf.");
  struct Wanted {
    std::string_view word;
    std::string_view line;
  };
  bool complete = true;
  for (const Wanted& wanted :
       {Wanted{"ngx_http_portal_module.so", "load_module modules/ngx_http_portal_module.so;"},
        {"thread_pool portal", "thread_pool portal threads=1;"},
        {"portal_postgres", "portal_postgres \"host=... dbname=portal user=portal_edge\" password_file=...;"},
        {"portal_keys_file", "portal_keys_file /etc/portico/keys;"},
        {"portal_files", "portal_files /var/lib/portico/files;"}}) {
    if (text->contains(wanted.word)) continue;
    complete = false;
    report.ill("nginx", fmt::format("{} does not say {}.", path, wanted.word), fmt::format("Add: {}", wanted.line));
  }
  if (complete) report.well("nginx", "The configuration names module, thread pool, database, keys and files.");
  if (std::optional<Finding> redis = examine_redis(*text)) report.add(std::move(*redis));
}

void examine_database(Report& report, const Settings& settings, const DoctorOptions& options, bool has_folder) {
  Outcome<Database> database = Database::connect(settings);
  if (!database)
    return report.ill("database", database.error().sentence,
                      "Check that PostgreSQL runs, that its host can be reached, and that pg_hba.conf lets "
                      "portal_maintenance in.");
  const auto facts = report.ask<sql::ServerFactsRow>(*database, "database", sql::server_facts());
  if (!facts) return;
  examine_server(report, (*facts)[0]);
  examine_roles(report, *database);
  if (!(*facts)[0].has_schema)
    return report.ill("schema", "The database has no schema of the portal.",
                      "Run sql/bootstrap.sql as a superuser, then portalctl migrate.");
  examine_schema(report, *database, options.sql_folder);
  examine_tables(report, *database);
  examine_accounts(report, *database);
  if (has_folder) examine_files(report, *database, settings.files);
}

}  // namespace

std::vector<Finding> examine(const Settings& settings, const DoctorOptions& options) {
  Report report;
  examine_keys(report, settings);
  const bool has_folder = examine_folder(report, settings.files);
  examine_database(report, settings, options, has_folder);
  if (!options.nginx_configuration.empty()) examine_nginx(report, options.nginx_configuration);
  return report.take();
}

}  // namespace portal::portalctl
