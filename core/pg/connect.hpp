// How every connection is opened: no name resolution, no service or password file, UTF-8, our settings from the first
// moment on.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.hpp"

struct pg_conn;

namespace portal::pg {

// Starts a connection that PQconnectPoll completes. Null when memory is exhausted; otherwise PQstatus tells.
// `settings` are "name=value" without blanks. Of several hosts the one of number `first_host` is tried first, counted
// around; libpq goes on to the next one after an error.
pg_conn* start_connect(const std::string& conninfo, const std::string& password, std::span<const std::string> settings,
                       std::size_t first_host = 0);

// Why a conninfo cannot be used in a worker: it does not parse, holds a password, needs a name resolved or a file read,
// or wants a standby. Empty: it can.
std::string refuse_conninfo(const std::string& conninfo);

}  // namespace portal::pg
