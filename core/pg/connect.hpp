// How every connection is opened: no name resolution, no service or password file, UTF-8, our settings from the first
// moment on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct pg_conn;

namespace portal::pg {

// Starts a connection that PQconnectPoll completes. Null when memory is exhausted; otherwise PQstatus tells.
// `settings` are "name=value" without blanks. Of several hosts the one of number `first_host` is tried first, counted
// around; libpq goes on to the next one after an error.
pg_conn* start_connect(const std::string& conninfo, const std::string& password, std::span<const std::string> settings,
                       std::size_t first_host = 0);

// Of a list of hosts or addresses as libpq takes it: all are sockets or loopback.
bool stays_on_host(std::string_view places);

// Whether others may read, or answer, what is sent to another host.
enum class Network : std::uint8_t { kUntrusted, kTrusted };

// Why a conninfo cannot be used in a worker: it does not parse, holds a password, needs a name resolved or a file read,
// wants a standby, or trusts a network that is not to be trusted. Empty: it can.
std::string refuse_conninfo(const std::string& conninfo, Network network = Network::kUntrusted);

}  // namespace portal::pg
