// One worker process' state: lanes, host map, remembered sessions, router. Made when the process starts, destroyed when
// it leaves; there are no other globals.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "access/database.hpp"
#include "auth/session_cache.hpp"
#include "auth/sessions.hpp"
#include "auth/throttle.hpp"
#include "crypto/keyring.hpp"
#include "edge/events.hpp"
#include "edge/host_map.hpp"
#include "edge/router.hpp"
#include "edge/services.hpp"
#include "edge/touches.hpp"
#include "io/loop.hpp"
#include "io/offload.hpp"
#include "pg/lane.hpp"
#include "pg/listener.hpp"
#include "redis/client.hpp"
#include "shared/zone.hpp"

namespace portal::edge {

struct WorkerOptions {
  std::string conninfo;  // checked by pg::refuse_conninfo
  std::string password;
  io::Duration host_refresh{30'000};
  io::Duration deadline{10'000};  // of a whole request
  std::size_t remembered_sessions = 20'000;
  auth::Throttling throttling = auth::Throttling::kOn;
  std::optional<redis::Options> redis;  // nothing: the portal does without
  std::span<std::byte> zone;            // prepared; empty: this worker shares with nobody
};

struct WorkerFigures {
  std::uint64_t active = 0;  // operations that exist
  std::uint64_t started = 0;
  std::uint64_t aborted = 0;       // destroyed before they were answered
  std::uint64_t answered[6] = {};  // by the first digit of the status
  std::uint64_t security_events[kSecurityEvents] = {};
};

class Worker {
 public:
  Worker(WorkerOptions options, const crypto::Keyring& keys, io::Loop& loop, io::Offload& offload, pg::Log& log);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  io::Loop& loop() { return loop_; }
  pg::Log& log() { return log_; }
  const Router& router() const { return router_; }
  HostMap& hosts() { return hosts_; }
  auth::Sessions& sessions() { return sessions_; }
  auth::Throttle& throttle() { return throttle_; }
  Services& services() { return services_; }
  access::Lanes lanes() { return {reads_, writes_, searches_}; }
  redis::Client* redis() { return redis_.get(); }
  access::TouchQueue& touches() { return touches_; }
  io::Duration deadline() const { return options_.deadline; }
  WorkerFigures& figures() { return figures_; }
  const WorkerFigures& figures() const { return figures_; }

  // Prometheus text format, this process only.
  std::string metrics() const;

 private:
  void on_hosts_changed() noexcept { hosts_.refresh(); }

  WorkerOptions options_;
  shared::OwnMemory own_memory_;  // nothing, where there is shared memory
  shared::Zone zone_;
  io::Loop& loop_;
  pg::Log& log_;
  pg::Lane reads_;
  pg::Lane writes_;
  pg::Lane searches_;
  std::unique_ptr<redis::Client> redis_;               // null: not configured
  std::unique_ptr<auth::SessionCache> session_cache_;  // null: not configured
  auth::Sessions sessions_;
  auth::Throttle throttle_;
  Services services_;
  Router router_;
  HostMap hosts_;
  Touches touches_;
  pg::Listener listener_;
  WorkerFigures figures_;
};

}  // namespace portal::edge
