// A client connection of the fake libpq: the states of PostgreSQL 15's libpq, without its bytes.
#pragma once

#include <libpq-fe.h>

#include <deque>
#include <memory>
#include <string>

#include "wire.hpp"

namespace portal::simulation {

enum class Async : std::uint8_t { kIdle, kPipelineIdle, kBusy, kReady };
enum class Command : std::uint8_t { kSimple, kExtended, kSync };

}  // namespace portal::simulation

struct pg_conn {
  ConnStatusType status = CONNECTION_STARTED;
  int descriptor = -1;
  std::shared_ptr<portal::simulation::Link> link;
  std::string options, conninfo;
  bool swap_socket = false;  // once, in the middle of connecting
  bool never = false;
  portal::simulation::Async async = portal::simulation::Async::kIdle;
  PGpipelineStatus pipeline = PQ_PIPELINE_OFF;
  bool nonblocking = false;
  bool write_failed = false;
  std::deque<portal::simulation::Command> commands;
  std::unique_ptr<pg_result> result;
  std::deque<portal::simulation::UpMessage> out;  // not written to the socket
  std::size_t written = 0;                        // bytes of the first one that were
  std::size_t read = 0;                           // bytes that were read and not parsed
  int notices = 0;
  std::string error;
};
