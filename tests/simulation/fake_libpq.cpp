// libpq's functions as the core calls them. The order of results, what a flush reads, when an end of the connection
// shows and what memory that has run out looks like follow PostgreSQL 15's libpq.
#include "fake_libpq.hpp"

#include <cstdlib>
#include <cstring>
#include <utility>

using portal::simulation::Async;
using portal::simulation::Command;
using portal::simulation::Down;
using portal::simulation::DownMessage;
using portal::simulation::Link;
using portal::simulation::the_loop;
using portal::simulation::the_world;
using portal::simulation::Up;
using portal::simulation::UpMessage;

namespace {

bool out_of_memory() { return the_world->random.chance(the_world->faults.no_memory); }

void close_socket(pg_conn* connection) {
  if (connection->descriptor < 0) return;
  the_loop->close_descriptor(connection->descriptor);
  connection->descriptor = -1;
}

void open_socket(pg_conn* connection) {
  connection->descriptor = the_loop->open_descriptor();
  portal::simulation::update_readiness(*connection->link);
}

// -1: the connection has ended; else what was there is read, or a part of it.
int read_data(pg_conn* connection) {
  if (connection->descriptor < 0) {
    connection->error = "no connection to the server";
    return -1;
  }
  Link& link = *connection->link;
  if (link.arrived > 0) {
    const std::size_t part =
        the_world->random.chance(the_world->faults.slices) ? 1 + the_world->random.below(link.arrived) : link.arrived;
    link.arrived -= part;
    connection->read += part;
    portal::simulation::update_readiness(link);
    return 1;
  }
  if (!link.end_arrived) return 0;
  connection->error = "server closed the connection unexpectedly";
  connection->status = CONNECTION_BAD;
  close_socket(connection);
  return -1;
}

// 0: all is written, or nothing ever will be; 1: the socket takes no more; -1: the connection has ended.
int write_data(pg_conn* connection) {
  if (connection->descriptor < 0) return connection->out.empty() ? 0 : -1;
  Link& link = *connection->link;
  if (link.end_arrived && !connection->out.empty()) connection->write_failed = true;
  if (connection->write_failed) {
    connection->out.clear();
    connection->written = 0;
    return read_data(connection) < 0 ? -1 : 0;
  }
  bool moved = false;
  bool full = false;
  while (!connection->out.empty() && !full) {
    UpMessage& front = connection->out.front();
    std::size_t part = front.size - connection->written;
    const std::size_t room = portal::simulation::kPipeBytes - link.in_pipe;
    if (the_world->random.chance(the_world->faults.partial_write)) {
      part = the_world->random.below(part + 1);
      full = true;
    }
    if (part > room) {
      part = room;
      full = true;
    }
    link.in_pipe += part;
    connection->written += part;
    moved = moved || part > 0;
    if (connection->written < front.size) continue;
    connection->written = 0;
    link.up.push_back(std::move(front));
    connection->out.pop_front();
  }
  if (link.server_closed) {
    link.up.clear();  // written into nothing: the refusal has not come back yet
    link.in_pipe = 0;
  } else if (moved) {
    portal::simulation::came_up(connection->link);
  }
  portal::simulation::update_readiness(link);
  if (connection->out.empty()) return 0;
  return read_data(connection) < 0 ? -1 : 1;  // libpq reads here too, against a deadlock
}

// What pqPipelineProcessQueue does.
void next_command(pg_conn* connection) {
  if (connection->async == Async::kIdle) {
    if (connection->commands.empty()) return;
    connection->async = Async::kPipelineIdle;
  } else if (connection->async != Async::kPipelineIdle) {
    return;
  }
  if (connection->commands.empty()) {
    connection->async = Async::kIdle;
    return;
  }
  if (connection->pipeline == PQ_PIPELINE_ABORTED && connection->commands.front() != Command::kSync) {
    connection->result = std::make_unique<pg_result>(PGRES_PIPELINE_ABORTED);
    connection->async = Async::kReady;
  } else {
    connection->async = Async::kBusy;
  }
}

void append_command(pg_conn* connection, Command command) {
  connection->commands.push_back(command);
  if (connection->pipeline != PQ_PIPELINE_ABORTED) {
    if (connection->async == Async::kIdle) connection->async = Async::kBusy;
  } else {
    next_command(connection);
  }
}

void take(pg_conn* connection, DownMessage message) {
  switch (message.kind) {
    case Down::kNotice:
      ++connection->notices;
      return;
    case Down::kAuthenticated:
      return;
    case Down::kResult:
      // An error that was saved when a sync found no memory takes the place of the next result.
      if (!connection->result) connection->result = std::move(message.result);
      if (out_of_memory()) {
        connection->result = std::make_unique<pg_result>(PGRES_FATAL_ERROR);
        connection->result->message = "out of memory for query result";
      }
      connection->async = Async::kReady;
      return;
    case Down::kError:
      if (connection->async != Async::kBusy) return;  // nobody asked: a notice, which nobody reads
      connection->result = std::move(message.result);
      connection->async = Async::kReady;
      if (connection->pipeline != PQ_PIPELINE_OFF) connection->pipeline = PQ_PIPELINE_ABORTED;
      return;
    case Down::kReady:
      if (connection->pipeline == PQ_PIPELINE_OFF) {
        connection->async = Async::kIdle;
        if (!connection->commands.empty()) connection->commands.pop_front();
      } else {
        connection->result = std::make_unique<pg_result>(PGRES_PIPELINE_SYNC);
        if (out_of_memory()) {
          // libpq goes on waiting, with the sync still first in its queue: it is out of step for good.
          connection->result = std::make_unique<pg_result>(PGRES_FATAL_ERROR);
          connection->result->message = "out of memory";
          return;
        }
        connection->pipeline = PQ_PIPELINE_ON;
        connection->async = Async::kReady;
      }
  }
}

void parse(pg_conn* connection) {
  if (!connection->link) return;
  std::deque<DownMessage>& down = connection->link->down;
  while (!down.empty() && down.front().size <= connection->read) {
    const Down kind = down.front().kind;
    const bool asked = kind != Down::kNotice && connection->async != Async::kBusy;
    if (asked && connection->async != Async::kIdle) return;  // what is ready is to be fetched first
    if (asked && kind != Down::kError && kind != Down::kAuthenticated) {
      the_world->violate("the fake server answers what nobody asked");
      return;
    }
    connection->read -= down.front().size;
    DownMessage message = std::move(down.front());
    down.pop_front();
    take(connection, std::move(message));
  }
}

bool may_send(pg_conn* connection) {
  if (!connection) return false;
  connection->error.clear();
  if (connection->status != CONNECTION_OK) {
    connection->error = "no connection to the server";
  } else if (connection->pipeline == PQ_PIPELINE_OFF && connection->async != Async::kIdle) {
    connection->error = "another command is already in progress";
  } else if (out_of_memory()) {
    connection->error = "out of memory";
  }
  return connection->error.empty();
}

char* copy_of(const std::string& text) { return const_cast<char*>(text.c_str()); }

}  // namespace

extern "C" {

PGconn* PQconnectStartParams(const char* const* keywords, const char* const* values, int /*expand*/) {
  if (out_of_memory()) return nullptr;
  auto* connection = new pg_conn;
  ++the_world->connections_alive;
  connection->link = std::make_shared<Link>();
  connection->link->client = connection;
  for (; *keywords; ++keywords, ++values) {
    if (std::strcmp(*keywords, "options") == 0) connection->options = *values;
    if (std::strcmp(*keywords, "dbname") == 0) connection->conninfo = *values;
  }
  const portal::simulation::Accepting accepting = portal::simulation::knock();
  if (accepting == portal::simulation::Accepting::kRefused) {
    connection->status = CONNECTION_BAD;
    connection->error = "connection refused";
    return connection;
  }
  connection->never = accepting == portal::simulation::Accepting::kSilent;
  connection->swap_socket = the_world->random.chance(0.2);
  open_socket(connection);
  return connection;
}

PostgresPollingStatusType PQconnectPoll(PGconn* connection) {
  if (connection->status == CONNECTION_BAD) return PGRES_POLLING_FAILED;
  if (connection->status == CONNECTION_STARTED) {
    if (std::exchange(connection->swap_socket, false)) {
      close_socket(connection);
      open_socket(connection);
      return PGRES_POLLING_WRITING;
    }
    connection->status = CONNECTION_AWAITING_RESPONSE;
    if (!connection->never) {
      connection->link->up.push_back({Up::kStartup, {}, connection->options, {}, 80});
      portal::simulation::came_up(connection->link);
    }
    return PGRES_POLLING_READING;
  }
  if (read_data(connection) < 0) return PGRES_POLLING_FAILED;
  std::deque<DownMessage>& down = connection->link->down;
  while (!down.empty() && down.front().size <= connection->read) {
    connection->read -= down.front().size;
    DownMessage message = std::move(down.front());
    down.pop_front();
    if (message.kind == Down::kError) {
      connection->error = message.result->message;
      connection->status = CONNECTION_BAD;
      close_socket(connection);
      return PGRES_POLLING_FAILED;
    }
    connection->status = CONNECTION_OK;
    return PGRES_POLLING_OK;
  }
  return PGRES_POLLING_READING;
}

void PQfinish(PGconn* connection) {
  if (!connection) return;
  if (connection->descriptor >= 0 && the_loop->is_watched(connection->descriptor))
    the_world->violate("a connection is finished while its descriptor is watched");
  close_socket(connection);
  connection->link->client = nullptr;
  connection->link->client_closed = true;
  connection->link->down.clear();
  std::erase_if(portal::simulation::the_listeners,
                [connection](const auto& entry) { return entry.second == connection->link; });
  portal::simulation::came_up(connection->link);
  --the_world->connections_alive;
  delete connection;
}

ConnStatusType PQstatus(const PGconn* connection) { return connection ? connection->status : CONNECTION_BAD; }
int PQsocket(const PGconn* connection) { return connection ? connection->descriptor : -1; }
char* PQerrorMessage(const PGconn* connection) { return copy_of(connection->error); }
PQnoticeProcessor PQsetNoticeProcessor(PGconn* /*connection*/, PQnoticeProcessor /*processor*/, void* /*context*/) {
  return nullptr;
}
int PQsetnonblocking(PGconn* connection, int on) {
  connection->nonblocking = on != 0;
  return 0;
}
int PQenterPipelineMode(PGconn* connection) {
  if (connection->status != CONNECTION_OK || connection->async != Async::kIdle) return 0;
  connection->pipeline = PQ_PIPELINE_ON;
  return 1;
}

int PQsendPrepare(PGconn* connection, const char* name, const char* text, int /*count*/, const Oid* /*types*/) {
  if (!may_send(connection)) return 0;
  connection->out.push_back({Up::kPrepare, name, text, {}, 30 + std::strlen(text) / 4});
  append_command(connection, Command::kExtended);
  return 1;
}

int PQsendQueryPrepared(PGconn* connection, const char* name, int count, const char* const* values, const int* lengths,
                        const int* /*formats*/, int /*result_format*/) {
  if (!may_send(connection)) return 0;
  UpMessage message{Up::kExecute, name, {}, {}, 40};
  for (int index = 0; index < count; ++index) {
    if (values[index]) {
      message.values.emplace_back(std::string(values[index], static_cast<std::size_t>(lengths[index])));
    } else {
      message.values.emplace_back(std::nullopt);
    }
    message.size += 4 + (values[index] ? static_cast<std::size_t>(lengths[index]) : 0);
  }
  connection->out.push_back(std::move(message));
  append_command(connection, Command::kExtended);
  return 1;
}

int PQsendQuery(PGconn* connection, const char* text) {
  if (!may_send(connection)) return 0;
  connection->out.push_back({Up::kQuery, {}, text, {}, 10 + std::strlen(text), the_loop->now()});
  if (connection->out.back().text.starts_with("listen"))
    portal::simulation::the_listeners[connection->conninfo] = connection->link;
  append_command(connection, Command::kSimple);
  return 1;
}

int PQpipelineSync(PGconn* connection) {
  if (!may_send(connection)) return 0;
  connection->out.push_back({Up::kSync, {}, {}, {}, 5});
  if (write_data(connection) < 0) return 0;
  append_command(connection, Command::kSync);
  return 1;
}

int PQflush(PGconn* connection) { return write_data(connection); }

int PQconsumeInput(PGconn* connection) {
  if (connection->nonblocking && !connection->out.empty() && write_data(connection) < 0) return 0;
  return read_data(connection) < 0 ? 0 : 1;
}

int PQisBusy(PGconn* connection) {
  parse(connection);
  return connection->async == Async::kBusy;
}

PGresult* PQgetResult(PGconn* connection) {
  parse(connection);
  switch (connection->async) {
    case Async::kIdle:
      return nullptr;
    case Async::kPipelineIdle:
      next_command(connection);
      return nullptr;
    case Async::kBusy:
      the_world->violate("PQgetResult would block");
      return nullptr;
    case Async::kReady:
      break;
  }
  pg_result* result = connection->result.release();
  const bool sync = result->status == PGRES_PIPELINE_SYNC;
  if (connection->pipeline == PQ_PIPELINE_OFF) {
    connection->async = Async::kBusy;
    return result;
  }
  if (!connection->commands.empty() && (sync || connection->commands.front() != Command::kSync))
    connection->commands.pop_front();
  connection->async = Async::kPipelineIdle;
  if (sync) next_command(connection);
  return result;
}

PGnotify* PQnotifies(PGconn* connection) {
  parse(connection);
  if (connection->notices == 0) return nullptr;
  --connection->notices;
  auto* notice = static_cast<PGnotify*>(std::calloc(1, sizeof(PGnotify) + 1));
  notice->extra = reinterpret_cast<char*>(notice + 1);
  notice->relname = const_cast<char*>("portal_hosts");
  return notice;
}

void PQfreemem(void* pointer) { std::free(pointer); }
void PQclear(PGresult* result) { delete result; }
ExecStatusType PQresultStatus(const PGresult* result) { return result ? result->status : PGRES_FATAL_ERROR; }
int PQntuples(const PGresult* result) { return result ? static_cast<int>(result->rows.size()) : 0; }
int PQnfields(const PGresult* result) { return result ? static_cast<int>(result->types.size()) : 0; }
Oid PQftype(const PGresult* result, int column) { return result->types[static_cast<std::size_t>(column)]; }
char* PQcmdTuples(PGresult* result) { return result ? copy_of(result->affected) : const_cast<char*>(""); }
char* PQresultErrorMessage(const PGresult* result) { return copy_of(result->message); }

int PQgetisnull(const PGresult* result, int row, int column) {
  return !result->rows[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)].has_value();
}
char* PQgetvalue(const PGresult* result, int row, int column) {
  const auto& value = result->rows[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
  return value ? copy_of(*value) : const_cast<char*>("");
}
int PQgetlength(const PGresult* result, int row, int column) {
  const auto& value = result->rows[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
  return value ? static_cast<int>(value->size()) : 0;
}

char* PQresultErrorField(const PGresult* result, int field) {
  const std::string* text = nullptr;
  if (field == PG_DIAG_SQLSTATE) text = &result->sqlstate;
  if (field == PG_DIAG_MESSAGE_PRIMARY) text = &result->message;
  if (field == PG_DIAG_SOURCE_FUNCTION) text = &result->function;
  return text && !text->empty() && !(field == PG_DIAG_MESSAGE_PRIMARY && result->sqlstate.empty()) ? copy_of(*text)
                                                                                                   : nullptr;
}

}  // extern "C"
