#include "edge/figures.hpp"

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "edge/worker.hpp"

namespace portal::edge {
namespace {

using enum FigureKind;

constexpr Family kBuild{"portal_build_info", kKnownGauge, "The module's version; always 1."};
constexpr Family kWorkers{"portal_workers", kGauge,
                          "Worker processes that serve portals, those that are leaving included."};
constexpr Family kReady{"portal_ready", kWorstGauge, "1 while every worker can answer, as portal_ready tells."};
constexpr Family kActive{"portal_requests_active", kGauge,
                         "Requests that are being worked on: of the API, and of guarded locations."};
constexpr Family kStarted{"portal_requests_started_total", kCounter, "Requests of the API."};
constexpr Family kAborted{"portal_requests_aborted_total", kCounter, "Requests whose client left before the answer."};
constexpr Family kFileBytes{"portal_file_bytes_total", kCounter,
                            "Bytes of files that were sent, parts of files included."};
constexpr Family kResponses{"portal_responses_total", kCounter, "Answers of the API by class of status."};
constexpr Family kOperations{
    "portal_operation_responses_total", kCounter,
    "Answers by operation of docs/openapi.yaml (none: no such host or path) and class of status."};
constexpr Family kDuration{"portal_request_duration_seconds", kHistogram,
                           "From the whole request in memory to its answer, by whether it reads or changes.", true};
constexpr Family kEvents{"portal_security_events_total", kCounter, "Security events, as the error log tells them."};
constexpr Family kHosts{"portal_hosts", kKnownGauge, "Host names and slugs that are known."};
constexpr Family kSessions{"portal_sessions_remembered", kGauge, "Sessions in the memories of the workers."};
constexpr Family kHashes{"portal_hash_jobs", kGauge, "Passwords that are being hashed or wait for it."};
constexpr Family kConnections{"portal_lane_connections", kGauge, "Connections to PostgreSQL that are open."};
constexpr Family kInFlight{"portal_lane_in_flight", kGauge, "Segments that PostgreSQL works on."};
constexpr Family kQueued{"portal_lane_queued", kGauge, "Segments that wait for a place."};
constexpr Family kSegments{"portal_lane_segments_total", kCounter, "Segments that were asked for."};
constexpr Family kAbandoned{"portal_lane_abandoned_total", kCounter, "Segments whose client left."};
constexpr Family kConnects{"portal_lane_connects_total", kCounter, "Connections that were opened."};
constexpr Family kFailures{"portal_lane_failures_total", kCounter,
                           "Connections that were lost, and segments that were refused."};
constexpr Family kRetries{"portal_lane_retries_total", kCounter, "Segments that were sent again."};
constexpr Family kOutages{"portal_lane_outages_total", kCounter, "Times that a lane lost its last connection."};
constexpr Family kTrips{"portal_lane_round_trips_total", kCounter, "Segments that were answered."};
constexpr Family kTripTime{"portal_lane_round_trip_microseconds_total", kCounter,
                           "Their time from sending to the answer's end, all together."};
constexpr Family kQuickTrips{"portal_lane_round_trips_within_total", kCounter,
                             "Those that took no longer than so many microseconds."};

constexpr Family kThrottled{"portal_throttled_total", kCounter,
                            "Requests that were refused, by the limit that they had reached."};
constexpr Family kRedisConfigured{"portal_redis_configured", kWorstGauge, "1 where portal_redis is set."};
constexpr Family kRedisUp{"portal_redis_up", kWorstGauge, "1 while every worker's Redis answers; 0 without one."};
constexpr Family kRedisInFlight{"portal_redis_in_flight", kGauge, "Commands that Redis works on."};
constexpr Family kRedisCommands{"portal_redis_commands_total", kCounter, "Commands that were sent."};
constexpr Family kRedisRefused{"portal_redis_refused_total", kCounter,
                               "Commands that were not sent: breaker open, or too many in flight."};
constexpr Family kRedisFailures{"portal_redis_failures_total", kCounter, "Commands that were sent and not answered."};
constexpr Family kRedisTimeouts{"portal_redis_timeouts_total", kCounter,
                                "Connections that were given up for their silence."};
constexpr Family kRedisErrors{"portal_redis_errors_total", kCounter, "Answers that were errors."};
constexpr Family kRedisConnects{"portal_redis_connects_total", kCounter, "Connections that were opened."};
constexpr Family kRedisOpened{"portal_redis_breaker_opened_total", kCounter, "Times that the breaker opened."};
constexpr Family kSessionCache{"portal_session_cache_total", kCounter,
                               "Look-ups of sessions in Redis by their result."};

constexpr Family kCacheLookups{"portal_cache_lookups_total", kCounter,
                               "Reads by members whose answers may be kept, by what came of it."};
constexpr Family kCacheStored{"portal_cache_stored_total", kCounter, "Answers that were kept."};
constexpr Family kCacheRefused{"portal_cache_refused_total", kCounter,
                               "Answers that were not kept: something had changed meanwhile, or they were too large."};
constexpr Family kCacheEvicted{"portal_cache_evicted_total", kCounter, "Answers that made room for others."};
constexpr Family kCacheEntries{"portal_cache_entries", kGauge, "Answers that are kept."};
constexpr Family kCacheBytes{"portal_cache_bytes", kGauge, "Their memory, with what they cost besides their bodies."};
constexpr Family kCacheBodyBytes{"portal_cache_body_bytes", kGauge, "Their bodies alone, plain and compressed."};
constexpr Family kStreams{"portal_streams", kGauge, "Event streams that are open."};
constexpr Family kStreamsOpened{"portal_streams_opened_total", kCounter, "Event streams that were opened."};
constexpr Family kStreamsRefused{"portal_streams_refused_total", kCounter,
                                 "Event streams that were refused: too many of a member, or of the worker."};
constexpr Family kStreamEvents{"portal_stream_events_total", kCounter, "Events that were sent, by name."};
constexpr Family kStreamChecks{"portal_stream_checks_total", kCounter,
                               "Times that the session behind streams was looked at again."};

class Collector {
 public:
  explicit Collector(Labels labels) : labels_(labels) { figures_.reserve(kAbout); }

  void add(const Family& family, std::string_view labels, std::uint64_t value) {
    add(family, [labels] { return std::string(labels); }, value);
  }
  // `write` makes the labels, where they are wanted.
  void add(const Family& family, std::invocable auto write, std::uint64_t value) {
    figures_.push_back({&family, {}, labels_ == Labels::kWritten ? write() : std::string(), value});
  }
  Labels labels() const { return labels_; }
  std::vector<Figure>& figures() { return figures_; }

 private:
  static constexpr std::size_t kAbout = 1024;

  Labels labels_;
  std::vector<Figure> figures_;
};

constexpr std::size_t kFirstClass = 2;
constexpr std::size_t kClasses = 6;

void collect_responses(Collector& collector, const Worker& worker) {
  const WorkerFigures& figures = worker.figures();
  for (std::size_t digit = kFirstClass; digit < kClasses; ++digit)
    collector.add(kResponses, [=] { return fmt::format("{{class=\"{}xx\"}}", digit); }, figures.answered[digit]);
  const std::vector<Route>& routes = worker.router().routes();
  for (std::size_t route = 0; route < figures.answered_operations.size(); ++route) {
    const std::string_view operation = route < routes.size() ? routes[route].operation : "none";
    for (std::size_t digit = kFirstClass; digit < kClasses; ++digit) {
      collector.add(
          kOperations, [=] { return fmt::format("{{operation=\"{}\",class=\"{}xx\"}}", operation, digit); },
          figures.answered_operations[route][digit]);
    }
  }
  figures.reading.collect(collector.figures(), collector.labels(), kDuration, "class=\"read\"");
  figures.changing.collect(collector.figures(), collector.labels(), kDuration, "class=\"change\"");
}

void collect_lanes(Collector& collector, const Worker& worker) {
  const access::Lanes lanes = const_cast<Worker&>(worker).lanes();
  const std::array<std::pair<std::string, pg::LaneFigures>, 4> all = {
      {{"{lane=\"reads\"}", lanes.reads.figures()},
       {"{lane=\"writes\"}", lanes.writes.figures()},
       {"{lane=\"searches\"}", lanes.searches.figures()},
       {"{lane=\"imports\"}", lanes.imports.figures()}}};
  const auto each = [&](const Family& family, auto member) {
    for (const auto& [labels, figures] : all)
      collector.add(family, labels, static_cast<std::uint64_t>(figures.*member));
  };
  each(kConnections, &pg::LaneFigures::connections_open);
  each(kInFlight, &pg::LaneFigures::in_flight);
  each(kQueued, &pg::LaneFigures::queued);
  each(kSegments, &pg::LaneFigures::segments);
  each(kAbandoned, &pg::LaneFigures::abandoned);
  each(kConnects, &pg::LaneFigures::connects);
  each(kFailures, &pg::LaneFigures::failures);
  each(kRetries, &pg::LaneFigures::retries);
  each(kOutages, &pg::LaneFigures::outages);
  // A family's lines stand together.
  for (const auto& [labels, figures] : all) collector.add(kTrips, labels, figures.round_trips.count);
  for (const auto& [labels, figures] : all) collector.add(kTripTime, labels, figures.round_trips.microseconds);
  for (const auto& [labels, figures] : all) {
    for (std::size_t index = 0; index < pg::RoundTrips::kBounds.size(); ++index) {
      collector.add(
          kQuickTrips,
          [&] {
            return fmt::format("{},microseconds=\"{}\"}}", labels.substr(0, labels.size() - 1),
                               pg::RoundTrips::kBounds[index]);
          },
          figures.round_trips.up_to[index]);
    }
  }
}

void collect_cache(Collector& collector, const Worker& worker) {
  const auto looked_up = [&](std::string_view result, CacheOutcome outcome) {
    collector.add(
        kCacheLookups, [=] { return fmt::format("{{result=\"{}\"}}", result); },
        worker.figures().cache_outcomes[std::to_underlying(outcome)]);
  };
  looked_up("hit", CacheOutcome::kHit);
  looked_up("miss", CacheOutcome::kMiss);
  looked_up("bypass", CacheOutcome::kBypass);
  looked_up("expired_lease", CacheOutcome::kExpiredLease);
  const cache::CacheFigures& figures = worker.cached().entries().figures();
  collector.add(kCacheStored, {}, figures.stored);
  collector.add(kCacheRefused, {}, figures.refused);
  collector.add(kCacheEvicted, {}, figures.evicted);
  collector.add(kCacheEntries, {}, figures.entries);
  collector.add(kCacheBytes, {}, figures.bytes);
  collector.add(kCacheBodyBytes, {}, figures.body_bytes);
}

// Always all of them: what there is does not depend on the configuration, which a reload may change.
void collect_redis(Collector& collector, const Worker& worker) {
  const redis::Figures figures = worker.redis() ? worker.redis()->figures() : redis::Figures{};
  collector.add(kRedisConfigured, {}, worker.redis() ? 1 : 0);
  collector.add(kRedisUp, {}, figures.ready ? 1 : 0);
  collector.add(kRedisInFlight, {}, figures.in_flight);
  collector.add(kRedisCommands, {}, figures.commands);
  collector.add(kRedisRefused, {}, figures.refused);
  collector.add(kRedisFailures, {}, figures.failures);
  collector.add(kRedisTimeouts, {}, figures.timeouts);
  collector.add(kRedisErrors, {}, figures.errors);
  collector.add(kRedisConnects, {}, figures.connects);
  collector.add(kRedisOpened, {}, figures.opened);
  const auth::SessionCacheFigures cache =
      worker.session_cache() ? worker.session_cache()->figures() : auth::SessionCacheFigures{};
  collector.add(kSessionCache, "{result=\"hit\"}", cache.hits);
  collector.add(kSessionCache, "{result=\"miss\"}", cache.misses);
  collector.add(kSessionCache, "{result=\"unanswered\"}", cache.unanswered);
  collector.add(kSessionCache, "{result=\"refused\"}", cache.refused);
}

void collect_streams(Collector& collector, const live::StreamFigures& figures) {
  collector.add(kStreams, {}, figures.open);
  collector.add(kStreamsOpened, {}, figures.opened);
  collector.add(kStreamsRefused, {}, figures.refused);
  for (std::size_t event = 0; event < figures.events.size(); ++event)
    collector.add(
        kStreamEvents, [=] { return fmt::format("{{event=\"{}\"}}", live::kEventNames[event]); },
        figures.events[event]);
  collector.add(kStreamChecks, {}, figures.checks);
}

}  // namespace

std::vector<Figure> collect_figures(const Worker& worker, Labels labels) {
  const WorkerFigures& figures = worker.figures();
  Collector collector(labels);
  collector.add(kBuild, "{version=\"" PORTAL_VERSION "\"}", 1);
  collector.add(kWorkers, {}, 1);
  collector.add(kReady, {}, worker.readiness().empty() ? 1 : 0);
  collector.add(kActive, {}, figures.active);
  collector.add(kStarted, {}, figures.started);
  collector.add(kAborted, {}, figures.aborted);
  collector.add(kFileBytes, {}, figures.file_bytes);
  collect_responses(collector, worker);
  for (std::size_t event = 0; event < kSecurityEvents; ++event) {
    collector.add(
        kEvents, [=] { return fmt::format("{{event=\"{}\"}}", name_of(static_cast<SecurityEvent>(event))); },
        figures.security_events[event]);
  }
  collector.add(kHosts, {}, worker.known_hosts());
  collector.add(kSessions, {}, worker.remembered_sessions());
  collector.add(kHashes, {}, worker.hash_jobs());
  const auth::ThrottleFigures& refused = worker.throttle_figures();
  collector.add(kThrottled, "{limit=\"login\"}", refused.refused_logins);
  collector.add(kThrottled, "{limit=\"address\"}", refused.refused_addresses);
  collector.add(kThrottled, "{limit=\"account\"}", refused.refused_accounts);
  collector.add(kThrottled, "{limit=\"visits\"}", refused.refused_visits);
  collector.add(kThrottled, "{limit=\"messages\"}", refused.refused_messages);
  collect_cache(collector, worker);
  collect_streams(collector, worker.streams().figures());
  collect_redis(collector, worker);
  collect_lanes(collector, worker);
  return std::move(collector.figures());
}

}  // namespace portal::edge
