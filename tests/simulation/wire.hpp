// The wire between a client of the fake libpq and the fake server: bytes that are counted, messages that are complete
// once their last byte has come.
#pragma once

#include <libpq-fe.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim_loop.hpp"
#include "world.hpp"

// What a statement answered, in the shape that the fake's accessors read.
struct pg_result {
  explicit pg_result(ExecStatusType s) : status(s) { ++portal::simulation::the_world->results_alive; }
  ~pg_result() { --portal::simulation::the_world->results_alive; }
  pg_result(const pg_result&) = delete;
  pg_result& operator=(const pg_result&) = delete;

  ExecStatusType status;
  std::vector<Oid> types;
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::string affected;
  std::string sqlstate;
  std::string message;
  std::string function;
};

namespace portal::simulation {

enum class Down : std::uint8_t { kAuthenticated, kResult, kError, kReady, kNotice };

struct DownMessage {
  Down kind;
  std::unique_ptr<pg_result> result;
  std::size_t size;
};

enum class Up : std::uint8_t { kStartup, kPrepare, kExecute, kSync, kQuery };

struct UpMessage {
  Up kind;
  std::string name;  // of the prepared statement
  std::string text;  // of the statement, or the options of the startup
  std::vector<std::optional<std::string>> values;
  std::size_t size;
  Time sent_at{};  // of a query
};

class Session;

struct Link {
  pg_conn* client = nullptr;     // null once it is gone
  Session* server = nullptr;     // null before it has accepted and once it is gone
  std::deque<DownMessage> down;  // not parsed yet
  std::size_t undelivered = 0;   // bytes on their way
  std::size_t arrived = 0;       // bytes in the client's socket
  bool server_closed = false;
  bool end_arrived = false;
  bool delivering = false;
  std::deque<UpMessage> up;  // complete, not read by the server
  std::size_t in_pipe = 0;   // bytes that the server has not read
  bool client_closed = false;
  std::uint64_t session = 0;                // the number of the server's session
  std::optional<Time> answered_query_of{};  // when the last query was sent that the server has answered
};

inline constexpr std::size_t kPipeBytes = 4096;

// For the server. Bytes travel on their own from there.
void send_down(SimLoop& loop, const std::shared_ptr<Link>& link, DownMessage message);
void close_down(SimLoop& loop, const std::shared_ptr<Link>& link, bool reset);
void update_readiness(Link& link);

// For the client. The server side of the wire (server.cpp).
enum class Accepting : std::uint8_t { kRefused, kSilent, kYes };
Accepting knock();
void came_up(const std::shared_ptr<Link>& link);

// Which loop the fakes use.
extern SimLoop* the_loop;

// The connection on which each worker listens, by the name of its database.
extern std::map<std::string, std::shared_ptr<Link>> the_listeners;

}  // namespace portal::simulation
