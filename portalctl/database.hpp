// One connection to PostgreSQL, as portal_maintenance unless another role is named. Calls wait for their answer:
// nothing else goes on in a command.
#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "pg/rows.hpp"
#include "pg/statement.hpp"
#include "portalctl/failure.hpp"
#include "portalctl/settings.hpp"

struct pg_conn;
struct pg_result;

// The statements of sql/portalctl, made by the build.
namespace portal::portalctl_sql {}

namespace portal::portalctl {

namespace sql = portal::portalctl_sql;

// The rows of one statement, each as the struct that the build made for it. Views in them live as long as this.
template <class Row>
class Answer {
 public:
  explicit Answer(pg::Rows rows) : rows_(std::move(rows)) {}
  bool empty() const { return rows_.empty(); }
  int size() const { return rows_.size(); }
  Row operator[](int index) const { return Row::decode(rows_[index]); }

 private:
  pg::Rows rows_;
};

// Whether libpq looks for the database on this host: by a socket, or over the loopback.
bool is_on_this_host(const std::string& conninfo);

class Database {
 public:
  // Refuses a conninfo that holds a password: other users of the machine can read command lines.
  static Outcome<Database> connect(const Settings& settings) { return connect(settings, "portal_maintenance"); }
  // `role` is meant where the conninfo names no user.
  static Outcome<Database> connect(const Settings& settings, const std::string& role);

  Outcome<pg::Rows> run(const pg::Query& query);
  Outcome<void> execute(const pg::Query& query);
  // All of them or up to the first that fails.
  Outcome<void> execute_all(std::initializer_list<pg::Query> queries);
  template <class Row>
  Outcome<Answer<Row>> fetch(const pg::Query& query) {
    Outcome<pg::Rows> rows = run(query);
    if (!rows) return failed(std::move(rows.error()));
    return Answer<Row>(std::move(*rows));
  }

  // Longer than that nobody waits for an answer: the connection counts as lost then, and what became of the statement
  // is not known.
  void set_patience(std::chrono::milliseconds patience) { patience_ = patience; }

  // Of a connection that listens. Readable when a notice may have come; false from is_alive when it broke.
  int descriptor() const;
  bool is_alive() const;
  // Takes all notices that have come; true when there was one.
  bool take_notices();

  // The text of a file: any number of statements, without parameters or answers. `what` names it in a failure.
  Outcome<void> run_script(const std::string& text, const std::string& what);

 private:
  struct Finish {
    void operator()(pg_conn* connection) const noexcept;
  };
  explicit Database(pg_conn* connection) : connection_(connection) {}

  // Null: the connection was lost. The caller's patience counts.
  pg_result* wait_for_answer();

  std::unique_ptr<pg_conn, Finish> connection_;
  std::optional<std::chrono::milliseconds> patience_;
  bool given_up_ = false;
};

// Rolls back unless it was committed. The database outlives it.
class Transaction {
 public:
  static Outcome<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Outcome<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;  // null: over
};

}  // namespace portal::portalctl
