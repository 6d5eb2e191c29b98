#include "edge/worker.hpp"

#include <fmt/format.h>

#include <iterator>
#include <stdexcept>

#include "features/registry.hpp"
#include "sql/hosts.hpp"
#include "sql/statements.hpp"

namespace portal::edge {
namespace {

pg::LaneOptions lane_options(const WorkerOptions& options, std::string name, pg::SegmentKind kind) {
  pg::LaneOptions lane;
  lane.name = std::move(name);
  lane.conninfo = options.conninfo;
  lane.password = options.password;
  lane.kind = kind;
  lane.statements = static_cast<std::uint16_t>(sql::all().size());
  // Only what runs in a transaction is bounded (SECURITY R42); the client's own deadline covers a server that is
  // silent.
  // Compiling a plan takes longer than any of these statements, and everybody in the lane waits for it.
  lane.settings = {"statement_timeout=5000", "idle_in_transaction_session_timeout=10000", "jit=off"};
  if (kind == pg::SegmentKind::kWrite) {
    lane.connections = 1;
    lane.depth = 4;  // a row lock must not stall strangers for long
    lane.settings.emplace_back("lock_timeout=2000");
  } else {
    // A read is asked again when its connection was lost: the server sees to it that it is one.
    lane.settings.emplace_back("default_transaction_read_only=on");
    // The plan of a list costs four times what it takes to run it; left to itself PostgreSQL makes it anew every time.
    lane.settings.emplace_back("plan_cache_mode=force_generic_plan");
  }
  return lane;
}

pg::LaneOptions search_lane_options(const WorkerOptions& options) {
  pg::LaneOptions lane = lane_options(options, "searches", pg::SegmentKind::kRead);
  lane.connections = 1;
  lane.depth = 4;
  // How much a search reads depends on its words, so a plan that fits all of them fits none. The last setting counts.
  lane.settings.emplace_back("plan_cache_mode=force_custom_plan");
  return lane;
}

shared::Zone open_zone(std::span<std::byte> shared_memory, shared::OwnMemory& own) {
  std::span<std::byte> memory = shared_memory;
  if (memory.empty()) {
    own = shared::OwnMemory(shared::Zone::kLeastBytes);
    memory = own.bytes();
    if (Result<void> prepared = shared::Zone::prepare(memory); !prepared)
      throw std::runtime_error(prepared.error().log_detail);
  }
  Result<shared::Zone> zone = shared::Zone::open(memory);
  if (!zone) throw std::runtime_error(zone.error().log_detail);
  return *zone;
}

}  // namespace

Worker::Worker(WorkerOptions options, const crypto::Keyring& keys, io::Loop& loop, io::Offload& offload, pg::Log& log)
    : options_(std::move(options)),
      own_memory_(0),
      zone_(open_zone(options_.zone, own_memory_)),
      loop_(loop),
      log_(log),
      reads_(loop, lane_options(options_, "reads", pg::SegmentKind::kRead), log),
      writes_(loop, lane_options(options_, "writes", pg::SegmentKind::kWrite), log),
      searches_(loop, search_lane_options(options_), log),
      redis_(options_.redis ? std::make_unique<redis::Client>(loop, *options_.redis, log) : nullptr),
      session_cache_(redis_ ? std::make_unique<auth::SessionCache>(*redis_, keys, loop, log) : nullptr),
      sessions_(loop, options_.remembered_sessions, session_cache_.get()),
      throttle_(zone_, loop, options_.throttling),
      services_(loop, offload, keys, sessions_, throttle_, log),
      router_(features::routes()),
      hosts_(loop, reads_, options_.host_refresh, log),
      touches_(loop, writes_),
      listener_(loop, lane_options(options_, "listener", pg::SegmentKind::kRead), sql::listen_hosts().statement->text,
                io::Callback::to<&Worker::on_hosts_changed>(this), log) {
  hosts_.refresh();
  listener_.start();
}

Worker::~Worker() = default;

std::string Worker::metrics() const {
  std::string text;
  const auto line = [&](std::string_view name, std::string_view labels, auto value) {
    fmt::format_to(std::back_inserter(text), "{}{} {}\n", name, labels, value);
  };
  line("portal_requests_active", "", figures_.active);
  line("portal_requests_started_total", "", figures_.started);
  line("portal_requests_aborted_total", "", figures_.aborted);
  for (int digit = 2; digit < 6; ++digit)
    line("portal_responses_total", fmt::format("{{class=\"{}xx\"}}", digit), figures_.answered[digit]);
  for (std::size_t event = 0; event < kSecurityEvents; ++event) {
    line("portal_security_events_total", fmt::format("{{event=\"{}\"}}", name_of(static_cast<SecurityEvent>(event))),
         figures_.security_events[event]);
  }
  line("portal_hosts", "", hosts_.size());
  line("portal_sessions_remembered", "", sessions_.size());
  if (redis_) {
    const redis::Figures figures = redis_->figures();
    const auth::SessionCacheFigures& cache = session_cache_->figures();
    line("portal_redis_up", "", figures.ready ? 1 : 0);
    line("portal_redis_in_flight", "", figures.in_flight);
    line("portal_redis_commands_total", "", figures.commands);
    line("portal_redis_refused_total", "", figures.refused);
    line("portal_redis_failures_total", "", figures.failures);
    line("portal_redis_timeouts_total", "", figures.timeouts);
    line("portal_redis_errors_total", "", figures.errors);
    line("portal_redis_connects_total", "", figures.connects);
    line("portal_redis_breaker_opened_total", "", figures.opened);
    for (const auto& [result, count] : {std::pair<std::string_view, std::uint64_t>("hit", cache.hits),
                                        {"miss", cache.misses},
                                        {"unanswered", cache.unanswered},
                                        {"refused", cache.refused}})
      line("portal_session_cache_total", fmt::format("{{result=\"{}\"}}", result), count);
  }
  const auth::ThrottleFigures& refused = throttle_.figures();
  line("portal_throttled_total", "{limit=\"login\"}", refused.refused_logins);
  line("portal_throttled_total", "{limit=\"address\"}", refused.refused_addresses);
  line("portal_throttled_total", "{limit=\"account\"}", refused.refused_accounts);
  line("portal_throttled_total", "{limit=\"visits\"}", refused.refused_visits);
  line("portal_throttled_total", "{limit=\"messages\"}", refused.refused_messages);
  for (const auto& [name, lane] :
       {std::pair<std::string_view, const pg::Lane&>("reads", reads_), {"writes", writes_}, {"searches", searches_}}) {
    const pg::LaneFigures figures = lane.figures();
    const std::string labels = fmt::format("{{lane=\"{}\"}}", name);
    line("portal_lane_connections", labels, figures.connections_open);
    line("portal_lane_in_flight", labels, figures.in_flight);
    line("portal_lane_queued", labels, figures.queued);
    line("portal_lane_segments_total", labels, figures.segments);
    line("portal_lane_abandoned_total", labels, figures.abandoned);
    line("portal_lane_connects_total", labels, figures.connects);
    line("portal_lane_failures_total", labels, figures.failures);
  }
  return text;
}

}  // namespace portal::edge
