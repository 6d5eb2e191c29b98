#include "portalctl/database.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <cstdlib>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "pg/connect.hpp"
#include "portalctl/text.hpp"
#include "portalctl/text_file.hpp"
#include "portalctl_sql/session.hpp"

namespace portal::portalctl {
namespace {

constexpr std::string_view kConnectionLost = "08006";

using OptionList = std::unique_ptr<PQconninfoOption, decltype([](PQconninfoOption* list) { PQconninfoFree(list); })>;

std::string trimmed_copy(const char* text) { return text == nullptr ? std::string() : trimmed(text); }

// The sentence says what PostgreSQL said first; the rest, which may hold parts of statements, is detail.
Failure failure_of(const PGresult* result, const std::string& what) {
  const auto field = [&](char code) { return trimmed_copy(PQresultErrorField(result, code)); };
  const std::string sqlstate = field(PG_DIAG_SQLSTATE);
  std::string detail = fmt::format("SQLSTATE {} in {}", sqlstate, what);
  for (const char code : {PG_DIAG_MESSAGE_DETAIL, PG_DIAG_MESSAGE_HINT, PG_DIAG_CONTEXT, PG_DIAG_STATEMENT_POSITION}) {
    if (const std::string text = field(code); !text.empty()) detail += "\n" + text;
  }
  const std::string message = field(PG_DIAG_MESSAGE_PRIMARY);
  const std::string sentence = sqlstate == "55P03"
                                   ? "Somebody else holds a lock on the same data. Try again in a moment."
                                   : "The database refused: " + message + ".";
  return {.sentence = sentence, .detail = std::move(detail), .sqlstate = sqlstate};
}

Failure lost(PGconn* connection, const std::string& what) {
  return {.sentence = "The connection to the database was lost.",
          .detail = fmt::format("{} in {}", trimmed(PQerrorMessage(connection)), what),
          .sqlstate = std::string(kConnectionLost)};
}

Failure silent(const std::string& what) {
  return {
      .sentence = "The database does not answer.", .detail = "in " + what, .sqlstate = std::string(kConnectionLost)};
}

struct Keywords {
  std::vector<const char*> names;
  std::vector<const char*> values;
  void set(const char* name, const char* value) {
    names.push_back(name);
    values.push_back(value);
  }
};

// Where nothing is said the environment may name a host, so only what is said counts.
bool stays_on_host(const PQconninfoOption* options) {
  std::string_view places;
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option) {
    const std::string_view name = option->keyword;
    if (option->val == nullptr || *option->val == '\0') continue;
    if (name == "hostaddr" || (name == "host" && places.empty())) places = option->val;
  }
  return !places.empty() && pg::stays_on_host(places);
}

// Later keywords win over earlier ones, so that what stands in the conninfo wins over our defaults.
Keywords keywords_of(const PQconninfoOption* options, const Settings& settings, const std::string& role,
                     const std::string& password) {
  Keywords keywords;
  keywords.set("user", role.c_str());
  // Left to itself libpq sends everything in clear to whoever answers (SECURITY R59).
  if (!settings.trusted_network && !stays_on_host(options)) keywords.set("sslmode", "verify-full");
  keywords.set("connect_timeout", "10");
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option) {
    if (option->val != nullptr) keywords.set(option->keyword, option->val);
  }
  if (!password.empty()) keywords.set("password", password.c_str());
  keywords.set("application_name", "portalctl");
  keywords.set("client_encoding", "UTF8");
  keywords.set(nullptr, nullptr);
  return keywords;
}

bool holds_secret(const PQconninfoOption* options) {
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option) {
    const std::string_view name = option->keyword;
    if ((name == "password" || name == "sslpassword") && option->val != nullptr && *option->val != '\0') return true;
  }
  return false;
}

}  // namespace

bool is_on_this_host(const std::string& conninfo) {
  const OptionList options(PQconninfoParse(conninfo.c_str(), nullptr));
  if (!options) return true;
  std::string hosts;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view name = option->keyword;
    if (option->val == nullptr || *option->val == '\0') continue;
    if (name == "service") return false;
    if (name == "host" || name == "hostaddr") hosts += fmt::format("{}{}", hosts.empty() ? "" : ",", option->val);
  }
  if (hosts.empty()) {
    const char* host = std::getenv("PGHOST");
    hosts = host == nullptr ? "" : host;
  }
  return pg::stays_on_host(hosts);
}

void Database::Finish::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

Outcome<Database> Database::connect(const Settings& settings, const std::string& role) {
  if (settings.database.empty())
    return misused(fmt::format("Which database? Say it with --database, in PORTAL_DATABASE or in {}.", kSettingsFile));
  char* parse_error = nullptr;
  const OptionList options(PQconninfoParse(settings.database.c_str(), &parse_error));
  if (!options) {
    // libpq's own text may repeat the conninfo, and with it a password.
    PQfreemem(parse_error);
    return misused("The database is not a valid libpq connection string, such as host=/run/postgresql dbname=portal.");
  }
  if (holds_secret(options.get()))
    return misused(
        "Do not write the password into the connection string, where others can read it. "
        "Put it into a file of its own and name that with --password-file.");
  std::string password;
  if (!settings.password_file.empty()) {
    Outcome<std::string> text = read_text_file(settings.password_file, Readers::kOwnerOnly);
    if (!text) return failed(text.error());
    password = trimmed(*text);
  }
  // Secrets come from files only (SECURITY R61).
  ::unsetenv("PGPASSWORD");
  const Keywords keywords = keywords_of(options.get(), settings, role, password);
  Database database(PQconnectdbParams(keywords.names.data(), keywords.values.data(), 0));
  PGconn* connection = database.connection_.get();
  if (PQstatus(connection) != CONNECTION_OK)
    return failed(fmt::format("There is no connection to the database: {}.", trimmed(PQerrorMessage(connection))));
  // Notices of PostgreSQL say nothing to a user; what fails, fails as a result.
  PQsetNoticeProcessor(connection, [](void*, const char*) {}, nullptr);
  return database;
}

Outcome<pg::Rows> Database::run(const pg::Query& query) {
  const pg::Statement& statement = *query.statement;
  const pg::Parameters& parameters = query.parameters;
  std::vector<const char*> values(parameters.count());
  std::vector<int> lengths(parameters.count());
  for (std::size_t index = 0; index < parameters.count(); ++index) {
    values[index] = parameters.value(index);
    lengths[index] = parameters.length(index);
  }
  const std::vector<int> formats(parameters.count(), 1);
  const std::string what = fmt::format("statement {}", statement.name);
  if (given_up_ ||
      PQsendQueryParams(connection_.get(), statement.text, static_cast<int>(parameters.count()),
                        statement.parameter_types.data(), values.data(), lengths.data(), formats.data(), 1) != 1)
    return failed(lost(connection_.get(), what));
  PGresult* result = wait_for_answer();
  pg::Rows rows(result);
  if (given_up_) return failed(silent(what));
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return rows;
  if (PQstatus(connection_.get()) != CONNECTION_OK) return failed(lost(connection_.get(), what));
  return failed(failure_of(result, what));
}

// As PQexec: the last result counts, and where the connection is lost there is none.
PGresult* Database::wait_for_answer() {
  PGconn* connection = connection_.get();
  const auto end = std::chrono::steady_clock::now() + patience_.value_or(std::chrono::milliseconds(0));
  PGresult* last = nullptr;
  for (;;) {
    while (patience_ && PQisBusy(connection) == 1) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      pollfd entry{.fd = PQsocket(connection), .events = POLLIN, .revents = 0};
      if (left.count() <= 0 || (::poll(&entry, 1, static_cast<int>(left.count())) == 0)) {
        given_up_ = true;
        return last;
      }
      if (PQconsumeInput(connection) == 0) break;  // PQgetResult says why
    }
    PGresult* result = PQgetResult(connection);
    if (result == nullptr) return last;
    PQclear(last);
    last = result;
  }
}

Outcome<void> Database::execute(const pg::Query& query) {
  if (Outcome<pg::Rows> done = run(query); !done) return failed(std::move(done.error()));
  return {};
}

Outcome<void> Database::execute_all(std::initializer_list<pg::Query> queries) {
  for (const pg::Query& query : queries) {
    if (Outcome<void> done = execute(query); !done) return done;
  }
  return {};
}

Outcome<void> Database::run_script(const std::string& text, const std::string& what) {
  PGresult* result = PQexec(connection_.get(), text.c_str());
  const pg::Rows owner(result);
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) return {};
  if (PQstatus(connection_.get()) != CONNECTION_OK) return failed(lost(connection_.get(), what));
  return failed(failure_of(result, what));
}

int Database::descriptor() const { return PQsocket(connection_.get()); }

bool Database::is_alive() const { return !given_up_ && PQstatus(connection_.get()) == CONNECTION_OK; }

bool Database::take_notices() {
  if (PQconsumeInput(connection_.get()) == 0) return false;
  bool found = false;
  while (PGnotify* notice = PQnotifies(connection_.get())) {
    PQfreemem(notice);
    found = true;
  }
  return found;
}

Outcome<Transaction> Transaction::begin(Database& database) {
  if (Outcome<void> begun = database.execute(sql::begin_transaction()); !begun) return failed(begun.error());
  return Transaction(database);
}

Transaction::~Transaction() {
  // On a lost connection the server has rolled back by itself.
  if (database_ == nullptr) return;
  [[maybe_unused]] const Outcome<void> ignored = database_->execute(sql::roll_back_transaction());
}

Outcome<void> Transaction::commit() {
  Outcome<void> committed = std::exchange(database_, nullptr)->execute(sql::commit_transaction());
  if (!committed && committed.error().sqlstate == kConnectionLost)
    committed.error().sentence += " It is not known whether the change was made: look before you try again.";
  return committed;
}

}  // namespace portal::portalctl
