// A private PostgreSQL for the test program: made at its first use, reached by one unix socket, stopped and removed
// when the program ends.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace portal::test {

class PrivatePostgres {
 public:
  static PrivatePostgres& get();
  ~PrivatePostgres();
  PrivatePostgres(const PrivatePostgres&) = delete;
  PrivatePostgres& operator=(const PrivatePostgres&) = delete;

  // An empty database for tests of the client.
  static constexpr std::string_view kEngine = "engine";
  // The migrated schema with the demo accounts, made at its first use.
  static constexpr std::string_view kPortal = "portal";

  const std::string& socket_folder() const { return folder_; }
  std::string socket_path() const { return folder_ + "/.s.PGSQL.5432"; }
  std::string conninfo(std::string_view database = kEngine, std::string_view role = "postgres") const;
  // The file of keys that the demo accounts' passwords belong to, and what `portalctl demo` printed.
  const std::string& keys_file();
  const std::string& demo();

  // Statements on a connection of their own, as the superuser. Throws std::runtime_error with PostgreSQL's message.
  void execute(const std::string& statements, std::string_view database = kEngine) const;
  // The first column of the first row; empty when there is none.
  std::string ask(const std::string& statement, std::string_view database = kEngine) const;

  // A fast shutdown, and a new start on the same socket.
  void stop();
  void start();

 private:
  PrivatePostgres();
  void make_portal();

  std::string folder_;
  int lock_ = -1;
  pid_t server_ = -1;
  std::string keys_file_;
  std::string demo_;
};

}  // namespace portal::test
