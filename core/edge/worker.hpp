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
#include "auth/staff_sessions.hpp"
#include "auth/throttle.hpp"
#include "cache/changes.hpp"
#include "crypto/keyring.hpp"
#include "edge/activity_notes.hpp"
#include "edge/cached_answers.hpp"
#include "edge/figures.hpp"
#include "edge/host_map.hpp"
#include "edge/metrics.hpp"
#include "edge/router.hpp"
#include "edge/services.hpp"
#include "edge/touches.hpp"
#include "files/uploads.hpp"
#include "io/loop.hpp"
#include "io/offload.hpp"
#include "live/streams.hpp"
#include "pg/lane.hpp"
#include "pg/listener.hpp"
#include "pg/pulse.hpp"
#include "redis/client.hpp"
#include "shared/zone.hpp"

namespace portal::edge {

struct WorkerOptions {
  std::string conninfo;  // checked by pg::refuse_conninfo
  std::string password;
  io::Duration host_refresh{30'000};
  io::Duration deadline{10'000};       // of a whole request
  io::Duration file_deadline{60'000};  // where a file has to be kept, from when it has been received
  std::size_t remembered_sessions = 20'000;
  std::size_t cache_bytes = std::size_t{32} * 1024 * 1024;  // of answers that are kept; 0: none
  auth::Throttling throttling = auth::Throttling::kOn;
  const auth::PasswordList* known_passwords = nullptr;
  const layouts::LayoutSet* layouts = nullptr;  // null: those that come with the portal
  std::optional<redis::Options> redis;          // nothing: the portal does without
  std::size_t streams = 10'000;                 // open event streams at most
  std::string files;                            // the folder of portal_files; empty: none
  io::Offload* file_offload = nullptr;          // null: files are kept by the threads that hash passwords
  std::span<std::byte> zone;                    // prepared; empty: this worker shares with nobody
};

class Worker : private pg::NoticeObserver, private pg::CommitObserver {
 public:
  Worker(WorkerOptions options, const crypto::Keyring& keys, io::Loop& loop, io::Offload& offload, pg::Log& log);
  ~Worker() override;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  io::Loop& loop() { return loop_; }
  pg::Log& log() { return log_; }
  const Router& router() const { return router_; }
  HostMap& hosts() { return hosts_; }
  cache::ChangeFeed& changes() { return changes_; }
  CachedAnswers& cached() { return cached_; }
  const CachedAnswers& cached() const { return cached_; }
  auth::Sessions& sessions() { return sessions_; }
  auth::StaffSessions& staff_sessions() { return staff_sessions_; }
  auth::Throttle& throttle() { return throttle_; }
  live::Streams& streams() { return streams_; }
  const live::Streams& streams() const { return streams_; }
  Services& services() { return services_; }
  access::Lanes lanes() { return {reads_, writes_, searches_, imports_}; }
  redis::Client* redis() { return redis_.get(); }
  access::TouchQueue& touches() { return touches_; }
  ActivityNotes& activity_notes() { return activity_notes_; }
  io::Duration deadline() const { return options_.deadline; }
  io::Duration file_deadline() const { return options_.file_deadline; }
  WorkerFigures& figures() { return figures_; }
  const WorkerFigures& figures() const { return figures_; }

  // Prometheus text format, of all workers that share memory with this one.
  std::string metrics() { return metrics_.render(); }
  // Why nobody could be served at the moment, in one word: starting, schema_mismatch, database_unavailable. Empty:
  // ready.
  std::string_view readiness() const;
  // While this holds, what was confirmed in the same epoch may be believed for a moment (auth::SessionMemory).
  bool lease_valid() const { return listener_.lease_valid(); }
  std::uint64_t epoch() const { return listener_.epoch(); }
  const redis::Client* redis() const { return redis_.get(); }  // null: none is configured
  const pg::Listener& listener() const { return listener_; }
  const auth::SessionCache* session_cache() const { return session_cache_.get(); }
  const auth::ThrottleFigures& throttle_figures() const { return throttle_.figures(); }
  std::size_t known_hosts() const { return hosts_.size(); }
  std::size_t remembered_sessions() const { return sessions_.size(); }
  std::size_t hash_jobs() const { return services_.offload.outstanding(); }

 private:
  void on_listening() noexcept override;
  void on_notice(std::string_view channel, std::string_view payload) noexcept override;
  void on_deaf() noexcept override;
  void on_no_answer() noexcept override;
  Task<void> ask_elsewhere();
  void on_commit(const pg::Owner& owner) noexcept override;

  WorkerOptions options_;
  shared::OwnMemory own_memory_;  // nothing, where there is shared memory
  shared::Zone zone_;
  io::Loop& loop_;
  pg::Log& log_;
  pg::Pulse pulse_;
  pg::Lane reads_;
  pg::Lane writes_;
  pg::Lane searches_;
  pg::Lane imports_;
  std::unique_ptr<redis::Client> redis_;               // null: not configured
  std::unique_ptr<auth::SessionCache> session_cache_;  // null: not configured
  auth::Sessions sessions_;
  auth::StaffSessions staff_sessions_;
  auth::Throttle throttle_;
  std::unique_ptr<auth::ThrottlePeers> throttle_peers_;  // null: Redis is not configured
  files::Uploads uploads_;
  live::Streams streams_;
  Services services_;
  Router router_;
  HostMap hosts_;
  Touches touches_;
  ActivityNotes activity_notes_;
  cache::ChangeFeed changes_;
  pg::Listener listener_;
  Task<void> asking_elsewhere_;
  CachedAnswers cached_;
  WorkerFigures figures_;
  Metrics metrics_;  // last: it collects from everything above
};

}  // namespace portal::edge
