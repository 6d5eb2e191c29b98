#include "portalctl/migrate.hpp"

#include <chrono>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "portalctl/sql_folder.hpp"
#include "portalctl_sql/migrate.hpp"

namespace portal::portalctl {
namespace {

constexpr auto kLockWait = std::chrono::seconds(60);
constexpr auto kLockPoll = std::chrono::milliseconds(200);

struct Applied {
  std::string name;
  std::string checksum;
  Timestamp applied_at;
};

// What the folder says beside what the database says.
struct Books {
  std::vector<Migration> migrations;
  std::map<std::int32_t, Applied> applied;
  std::vector<SqlFile> policies;
  std::string policies_checksum;
  bool policies_current = false;

  bool is_applied(const Migration& migration) const { return applied.contains(migration.number); }
  bool is_changed(const Migration& migration) const {
    const auto found = applied.find(migration.number);
    return found != applied.end() &&
           (found->second.name != migration.file.name || found->second.checksum != migration.file.checksum);
  }
  bool has_pending() const { return migrations.size() > applied.size(); }
};

Outcome<void> check_bootstrap(Database& database) {
  auto answer = database.fetch<sql::BootstrapStateRow>(sql::bootstrap_state());
  if (!answer) return failed(answer.error());
  const sql::BootstrapStateRow state = (*answer)[0];
  if (!state.may_be_owner)
    return failed(
        "This database role is not a member of portal_owner. Connect as portal_maintenance; "
        "if that role is missing, run sql/bootstrap.sql as a superuser first.");
  if (!state.has_books)
    return failed("The schema portal is missing. Run sql/bootstrap.sql on this database as a superuser first.");
  return {};
}

Outcome<Books> read_books(Database& database, const std::filesystem::path& sql_folder) {
  if (Outcome<void> ready = check_bootstrap(database); !ready) return failed(ready.error());
  Books books;
  Outcome<std::vector<Migration>> migrations = read_migrations(sql_folder);
  if (!migrations) return failed(migrations.error());
  books.migrations = std::move(*migrations);
  Outcome<std::vector<SqlFile>> policies = read_sql_files(sql_folder / "policies");
  if (!policies) return failed(policies.error());
  books.policies = std::move(*policies);
  books.policies_checksum = checksum_of(books.policies);

  auto applied = database.fetch<sql::AppliedMigrationsRow>(sql::applied_migrations());
  if (!applied) return failed(applied.error());
  for (int index = 0; index < applied->size(); ++index) {
    const sql::AppliedMigrationsRow row = (*applied)[index];
    books.applied[row.number] = {std::string(row.name), std::string(row.checksum), row.applied_at};
  }
  auto applied_policies = database.fetch<sql::AppliedPoliciesRow>(sql::applied_policies());
  if (!applied_policies) return failed(applied_policies.error());
  books.policies_current =
      !applied_policies->empty() && (*applied_policies)[0].policies_checksum == books.policies_checksum;
  return books;
}

// The database must be at an earlier state of the same history.
Outcome<void> check_history(const Books& books) {
  for (const Migration& migration : books.migrations) {
    if (books.is_changed(migration))
      return failed(
          fmt::format("Migration {} is not what was applied as {} on {}. An applied migration is never edited: "
                      "put the change into a new one.",
                      migration.file.path.string(), books.applied.at(migration.number).name,
                      format_rfc3339(books.applied.at(migration.number).applied_at)));
  }
  const auto known = static_cast<std::int32_t>(books.migrations.size());
  if (!books.applied.empty() && books.applied.rbegin()->first > known)
    return failed(fmt::format("The database is at migration {}, this version knows {}. Use the newer version.",
                              books.applied.rbegin()->second.name, known));
  return {};
}

Outcome<void> take_lock(Database& database) {
  const auto deadline = std::chrono::steady_clock::now() + kLockWait;
  while (true) {
    auto answer = database.fetch<sql::TryMigrationLockRow>(sql::try_migration_lock());
    if (!answer) return failed(answer.error());
    if ((*answer)[0].locked) return {};
    if (std::chrono::steady_clock::now() > deadline)
      return failed("Another migration of this database has been running for a minute. Try again when it has ended.");
    std::this_thread::sleep_for(kLockPoll);
  }
}

Outcome<void> in_file(const SqlFile& file, Outcome<void> outcome) {
  if (!outcome) outcome.error().sentence = file.name + ": " + outcome.error().sentence;
  return outcome;
}

Outcome<void> record(Database& database, const Migration& migration) {
  return database.execute_all({sql::record_migration(migration.number, migration.file.name, migration.file.checksum),
                               sql::record_schema_number(migration.number)});
}

// What is made without a transaction must bear being run again: a failure leaves the statements before it done.
Outcome<void> apply(Database& database, const Migration& migration) {
  // Each file starts as the owner, whatever role the last one ended with.
  if (Outcome<void> ready = database.execute_all({sql::become_owner(), sql::limit_lock_wait()}); !ready) return ready;
  for (const std::string& statement : migration.lone_statements) {
    if (Outcome<void> done = database.run_script(statement, migration.file.name); !done) return done;
  }
  Outcome<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return failed(transaction.error());
  if (migration.lone_statements.empty()) {
    if (Outcome<void> done = database.run_script(migration.file.text, migration.file.name); !done) return done;
  }
  if (Outcome<void> done = record(database, migration); !done) return done;
  return transaction->commit();
}

Outcome<void> apply_policies(Database& database, const Books& books) {
  if (Outcome<void> ready = database.execute_all({sql::become_owner(), sql::limit_lock_wait()}); !ready) return ready;
  Outcome<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return failed(transaction.error());
  for (const SqlFile& file : books.policies) {
    if (Outcome<void> done = in_file(file, database.run_script(file.text, file.name)); !done) return done;
  }
  if (Outcome<void> done = database.execute_all({sql::record_policies(books.policies_checksum)}); !done) return done;
  return transaction->commit();
}

}  // namespace

Outcome<void> migrate(Database& database, const std::filesystem::path& sql_folder, MigrateMode mode) {
  const bool apply_now = mode == MigrateMode::kApply;
  if (apply_now) {
    if (Outcome<void> locked = take_lock(database); !locked) return locked;
  }
  Outcome<Books> books = read_books(database, sql_folder);
  if (!books) return failed(books.error());
  if (Outcome<void> known = check_history(*books); !known) return known;
  for (const Migration& migration : books->migrations) {
    if (books->is_applied(migration)) continue;
    if (apply_now) {
      if (Outcome<void> applied = in_file(migration.file, apply(database, migration)); !applied) return applied;
    }
    print_line(fmt::format("{} {}", apply_now ? "Applied" : "Would apply", migration.file.name));
  }
  // A migration can bring tables that only the policies close, so they run again after each one.
  if (!books->policies_current || books->has_pending()) {
    if (apply_now) {
      if (Outcome<void> applied = apply_policies(database, *books); !applied) return applied;
    }
    print_line(apply_now ? "Applied the policies" : "Would apply the policies");
  } else {
    print_line("The schema is current.");
  }
  return {};
}

Outcome<void> print_migration_status(Database& database, const std::filesystem::path& sql_folder, Format format) {
  Outcome<Books> books = read_books(database, sql_folder);
  if (!books) return failed(books.error());
  Table table({"number", "name", "state", "applied_at"});
  for (const Migration& migration : books->migrations) {
    const auto applied = books->applied.find(migration.number);
    const bool is_applied = applied != books->applied.end();
    const char* state = books->is_changed(migration) ? "changed" : is_applied ? "applied" : "pending";
    table.add({std::int64_t{migration.number}, migration.file.name, std::string(state),
               time_cell(is_applied ? std::optional(applied->second.applied_at) : std::nullopt)});
  }
  for (const auto& [number, applied] : books->applied) {
    if (number > static_cast<std::int32_t>(books->migrations.size()))
      table.add({std::int64_t{number}, applied.name, std::string("unknown"), time_cell(applied.applied_at)});
  }
  const std::string policies = books->policies_current && !books->has_pending() ? "applied" : "pending";
  if (format == Format::kText) {
    table.print_text();
    print_line("Policies: " + policies);
    return {};
  }
  json::Writer writer;
  writer.begin_object().key("migrations");
  table.write(writer);
  writer.member("policies", policies).end_object();
  print_json(writer);
  return {};
}

}  // namespace portal::portalctl
