// What a feature may use besides the database: one object per worker.
#pragma once

#include "crypto/keyring.hpp"
#include "io/loop.hpp"
#include "io/offload.hpp"

namespace portal::auth {
class SessionMemory;
}

namespace portal::pg {
class Log;
}

namespace portal::edge {

class Services {
 public:
  Services(io::Loop& event_loop, io::Offload& thread_pool, const crypto::Keyring& key_file,
           auth::SessionMemory& session_memory, pg::Log& error_log)
      : loop(event_loop), offload(thread_pool), keys(key_file), sessions(session_memory), log(error_log) {}

  io::Loop& loop;
  io::Offload& offload;
  const crypto::Keyring& keys;
  auth::SessionMemory& sessions;  // what this worker remembers of sessions; forget() after sign-out or switch
  pg::Log& log;                   // for what went wrong without failing the request; never with anybody's data
};

}  // namespace portal::edge
