// What a feature may use besides the database: one object per worker.
#pragma once

#include "crypto/key_file.hpp"
#include "io/loop.hpp"
#include "io/offload.hpp"

namespace portal::auth {
class SessionMemory;
}

namespace portal::edge {

class Services {
 public:
  Services(io::Loop& event_loop, io::Offload& thread_pool, const crypto::KeyFile& key_file, auth::SessionMemory& session_memory)
      : loop(event_loop), offload(thread_pool), keys(key_file), sessions(session_memory) {}

  io::Loop& loop;
  io::Offload& offload;
  const crypto::KeyFile& keys;
  auth::SessionMemory& sessions;  // what this worker remembers of sessions; forget() after sign-out or switch
};

}  // namespace portal::edge
