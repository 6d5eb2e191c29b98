// What a feature may use besides the database: one object per worker.
#pragma once

#include "base/limits.hpp"
#include "base/log.hpp"
#include "crypto/keyring.hpp"
#include "io/loop.hpp"
#include "io/offload.hpp"
#include "io/turns.hpp"

namespace portal::auth {
class PasswordList;
class Sessions;
class StaffSessions;
class Throttle;
}  // namespace portal::auth

namespace portal::files {
class Uploads;
}

namespace portal::layouts {
class LayoutSet;
}

namespace portal::live {
class Streams;
}

namespace portal::edge {

class Services {
 public:
  Services(io::Loop& event_loop, io::Offload& thread_pool, const crypto::Keyring& key_file,
           auth::Sessions& known_sessions, auth::StaffSessions& known_staff_sessions, auth::Throttle& try_counter,
           Log& error_log)
      : loop(event_loop),
        offload(thread_pool),
        keys(key_file),
        sessions(known_sessions),
        staff_sessions(known_staff_sessions),
        throttle(try_counter),
        log(error_log) {}

  io::Loop& loop;
  io::Offload& offload;
  const crypto::Keyring& keys;
  auth::Sessions& sessions;  // what is known of sessions without asking PostgreSQL; forget() what has ended
  auth::StaffSessions& staff_sessions;
  auth::Throttle& throttle;                             // asked before any secret is looked at
  const auth::PasswordList* known_passwords = nullptr;  // the operator's list, if there is one
  const layouts::LayoutSet* layouts = nullptr;          // of messages, as the courier sends them; always there
  files::Uploads* uploads = nullptr;                    // where files are kept that are sent to us; always there
  live::Streams* streams = nullptr;                     // the open event streams; always there
  io::Turns imports{limits::kImportsAtOnce};            // whoever holds the lines of an import in memory
  Log& log;  // for what went wrong without failing the request; never with anybody's data
};

}  // namespace portal::edge
