#include "support/postgres.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/process.hpp"

namespace portal::test {
namespace {

constexpr std::string_view kFolderPrefix = "portico-unit.";
constexpr auto kStartWithin = std::chrono::seconds(20);

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

Connection connect(const std::string& conninfo) {
  Connection connection(PQconnectdb(conninfo.c_str()), PQfinish);
  PQsetNoticeProcessor(connection.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

// The newest installed server; the schema needs 15.
std::string binaries() {
  std::vector<int> versions;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql")) {
    versions.push_back(std::atoi(entry.path().filename().c_str()));
  }
  if (versions.empty()) throw std::runtime_error("PostgreSQL is not installed: ./dev prepare");
  return "/usr/lib/postgresql/" + std::to_string(*std::ranges::max_element(versions)) + "/bin/";
}

int try_lock(const std::filesystem::path& folder, int flags = 0) {
  const int file = open((folder / "lock").c_str(), O_RDWR | O_CLOEXEC | flags, 0600);
  if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  if (file >= 0) close(file);
  return -1;
}

// What test programs left that were killed: nobody holds their lock any more.
void remove_abandoned_folders() {
  for (const auto& entry : std::filesystem::directory_iterator("/tmp")) {
    if (!entry.path().filename().string().starts_with(kFolderPrefix)) continue;
    std::error_code ignored;
    if (const int lock = try_lock(entry.path()); lock >= 0) {
      std::filesystem::remove_all(entry.path(), ignored);
      close(lock);
    }
  }
}

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

PrivatePostgres& PrivatePostgres::get() {
  static PrivatePostgres server;
  return server;
}

PrivatePostgres::PrivatePostgres() {
  remove_abandoned_folders();
  // Another program may take a folder for abandoned between its making and its lock.
  while (lock_ < 0) {
    folder_ = "/tmp/" + std::string(kFolderPrefix) + "XXXXXX";
    if (!mkdtemp(folder_.data())) throw std::runtime_error("mkdtemp failed");
    lock_ = try_lock(folder_, O_CREAT);
  }
  if (geteuid() == 0) {
    const passwd* user = getpwnam("postgres");
    if (!user || chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error("no user postgres");
  }
  chmod(folder_.c_str(), 0755);
  run_program(with(as_server_user(), {binaries() + "initdb", "-D", folder_ + "/data", "-U", "postgres", "-E", "UTF8",
                                      "--locale=C.UTF-8", "--auth=trust", "--no-sync"}),
              folder_ + "/initdb.log");
  start();
  execute("create database engine", "postgres");
}

PrivatePostgres::~PrivatePostgres() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
  close(lock_);
}

void PrivatePostgres::start() {
  std::vector<std::string> words = with(as_server_user(), {binaries() + "postgres", "-D", folder_ + "/data"});
  for (const std::string& setting :
       {std::string("listen_addresses="), "unix_socket_directories=" + folder_, std::string("fsync=off"),
        std::string("full_page_writes=off"), std::string("shared_buffers=32MB"), std::string("max_connections=60"),
        std::string("timezone=UTC"), std::string("lc_messages=C")}) {
    words.insert(words.end(), {"-c", setting});
  }
  server_ = start_program(words, folder_ + "/postgres.log");
  const auto end = std::chrono::steady_clock::now() + kStartWithin;
  while (PQstatus(connect(conninfo("postgres")).get()) != CONNECTION_OK) {
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error("PostgreSQL did not start: " + folder_ + "/postgres.log");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void PrivatePostgres::stop() {
  if (server_ < 0) return;
  kill(server_, SIGINT);
  wait_for_program(server_);
  server_ = -1;
}

std::string PrivatePostgres::conninfo(std::string_view database, std::string_view role) const {
  return "host=" + folder_ + " dbname=" + std::string(database) + " user=" + std::string(role);
}

void PrivatePostgres::execute(const std::string& statements, std::string_view database) const {
  ask(statements, database);
}

std::string PrivatePostgres::ask(const std::string& statement, std::string_view database) const {
  const Connection connection = connect(conninfo(database));
  const Answer answer(PQexec(connection.get(), statement.c_str()), PQclear);
  const ExecStatusType status = PQresultStatus(answer.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    throw std::runtime_error(PQerrorMessage(connection.get()));
  return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0) : "";
}

const std::string& PrivatePostgres::keys_file() {
  make_portal();
  return keys_file_;
}

const std::string& PrivatePostgres::demo() {
  make_portal();
  return demo_;
}

void PrivatePostgres::make_portal() {
  if (!keys_file_.empty()) return;
  const std::string portalctl = PORTAL_BINARY_DIR "/portalctl/portalctl";
  const std::string log = folder_ + "/portal.log";
  const std::string maintenance = conninfo(kPortal, "portal_maintenance");
  const std::string keys = folder_ + "/keys";
  execute("create database portal", "postgres");
  run_program({"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", conninfo(kPortal), "-f",
               PORTAL_SOURCE_DIR "/sql/bootstrap.sql"},
              log);
  run_program({portalctl, "migrate", "--database", maintenance}, log);
  run_program({portalctl, "keys", "new", "--file", keys}, log);
  run_program({portalctl, "demo", "--database", maintenance, "--keys-file", keys, "--insecure", "--json"},
              folder_ + "/demo.json");
  std::ostringstream printed;
  printed << std::ifstream(folder_ + "/demo.json").rdbuf();
  demo_ = printed.str();
  keys_file_ = keys;
}

}  // namespace portal::test
