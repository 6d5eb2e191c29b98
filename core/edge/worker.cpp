#include "edge/worker.hpp"

#include <iterator>
#include <stdexcept>

#include "features/registry.hpp"
#include "layouts/layout_set.hpp"
#include "sql/enter.hpp"
#include "sql/hosts.hpp"
#include "sql/statements.hpp"

namespace portal::edge {
namespace {

constexpr std::string_view kChangesChannel = "portal_changes";

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
    // Tried four times with pauses (core/pg/lane.cpp), so that whoever waits for a row lets others pass in between.
    lane.settings.emplace_back("lock_timeout=500");
  } else {
    // Beside a long statement of somebody else's each of them gets its share of the processors.
    lane.connections = 4;
    // A read is asked again when its connection was lost: the server sees to it that it is one.
    lane.settings.emplace_back("default_transaction_read_only=on");
    // The plan of a list costs four times what it takes to run it; left to itself PostgreSQL makes it anew every time.
    lane.settings.emplace_back("plan_cache_mode=force_generic_plan");
    // A table may be small when such a plan is made. Reading it whole for each row of another asks the kernel for its
    // length each time, which took a third of a list's time; all that is asked here stands along an index.
    lane.settings.emplace_back("enable_seqscan=off");
  }
  return lane;
}

pg::LaneOptions search_lane_options(const WorkerOptions& options) {
  pg::LaneOptions lane = lane_options(options, "searches", pg::SegmentKind::kRead);
  lane.connections = 1;
  lane.depth = 4;
  // How much a search reads depends on its words, so a plan that fits all of them fits none. The last setting counts.
  lane.settings.emplace_back("plan_cache_mode=force_custom_plan");
  lane.settings.emplace_back("enable_seqscan=on");
  return lane;
}

// Of thousands of rows each, one after the other, in no hurry: nobody's page waits for it.
pg::LaneOptions import_lane_options(const WorkerOptions& options) {
  pg::LaneOptions lane = lane_options(options, "imports", pg::SegmentKind::kWrite);
  lane.depth = 1;
  lane.queue = limits::kImportsAtOnce;  // each may hold as much as limits::kImportBytes
  // What takes longer is given up and leaves nothing, so that the next one has its turn. A row that somebody else holds
  // is waited for four times (core/features/import/handlers.cpp); in between others pass. Which plan is good for how
  // many lines begin_import says.
  lane.answer_timeout = io::Duration(70'000);
  lane.settings.insert(lane.settings.end(),
                       {"statement_timeout=60000", "lock_timeout=4000", "idle_in_transaction_session_timeout=60000"});
  return lane;
}

// In one go: both or none.
std::string listen_statement() {
  return std::string(sql::listen_hosts().statement->text) + "; " + sql::listen_changes().statement->text;
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
      pulse_(loop),
      reads_(loop, lane_options(options_, "reads", pg::SegmentKind::kRead), log, &pulse_),
      writes_(loop, lane_options(options_, "writes", pg::SegmentKind::kWrite), log, &pulse_),
      searches_(loop, search_lane_options(options_), log, &pulse_),
      imports_(loop, import_lane_options(options_), log, &pulse_),
      redis_(options_.redis ? std::make_unique<redis::Client>(loop, *options_.redis, log) : nullptr),
      session_cache_(redis_ ? std::make_unique<auth::SessionCache>(*redis_, keys, loop, log) : nullptr),
      sessions_(loop, options_.remembered_sessions, session_cache_.get()),
      staff_sessions_(options_.remembered_sessions),
      throttle_(zone_, loop, options_.throttling),
      throttle_peers_(redis_ ? std::make_unique<auth::ThrottlePeers>(*redis_, keys, loop, throttle_.listener(), log)
                             : nullptr),
      uploads_(loop, options_.file_offload ? *options_.file_offload : offload, options_.files),
      streams_(loop, lanes(), options_.streams),
      services_(loop, offload, keys, sessions_, staff_sessions_, throttle_, log),
      router_(features::routes()),
      hosts_(loop, reads_, options_.host_refresh, log),
      touches_(loop, writes_),
      activity_notes_(loop, writes_),
      listener_(loop, lane_options(options_, "listener", pg::SegmentKind::kRead), listen_statement(), *this, log,
                &pulse_),
      cached_(sessions_.memory(), listener_.lease(), options_.cache_bytes),
      figures_{.answered_operations = Answers(router_.routes().size() + 1)},
      metrics_(loop, zone_.metrics(), [this](Labels labels) { return collect_figures(*this, labels); }) {
  if (!metrics_.shared())
    log_.write(LogLevel::kWarning, "the shared memory counts something else: figures are each worker's own");
  services_.known_passwords = options_.known_passwords;
  services_.layouts = options_.layouts ? options_.layouts : &layouts::LayoutSet::built_in();
  services_.uploads = &uploads_;
  services_.streams = &streams_;
  changes_.add(streams_);
  if (throttle_peers_) throttle_.connect(*throttle_peers_);
  changes_.add(cached_.generations());
  hosts_.observe(changes_);
  writes_.observe(this);
  hosts_.refresh();
  listener_.start();
}

// What is on its way when the lanes close is settled then, after what would hear of it has gone.
Worker::~Worker() { writes_.observe(nullptr); }

// What was notified while nobody listened is lost.
void Worker::on_listening() noexcept {
  hosts_.refresh();
  changes_.tell_gap();
}

void Worker::on_notice(std::string_view channel, std::string_view payload) noexcept {
  if (channel == kChangesChannel)
    changes_.tell(payload);
  else
    hosts_.refresh();
}

void Worker::on_deaf() noexcept { changes_.tell_gap(); }

// While members are answered from memory nobody else asks the server anything, and a listener's backend that is stuck
// would pass for a server that is: the lanes would be given up for its silence (pg::Pulse).
void Worker::on_no_answer() noexcept {
  if (!asking_elsewhere_.done()) return;
  try {
    asking_elsewhere_ = ask_elsewhere();
    asking_elsewhere_.handle().resume();
  } catch (const std::exception& failure) {
    log_.write(LogLevel::kError, failure.what());
  }
}

Task<void> Worker::ask_elsewhere() {
  std::vector<pg::Query> segment;
  segment.push_back(sql::enter_host_map());
  // Whatever the answer is: somebody has spoken.
  [[maybe_unused]] const Result<std::vector<pg::Rows>> ignored = co_await reads_.run(std::move(segment));
}

// The notice comes, too, but whoever made the change may read before it.
void Worker::on_commit(const pg::Owner& owner) noexcept {
  cached_.generations().move({owner.account_id, owner.client_id, owner.membership_id});
}

std::string_view Worker::readiness() const {
  if (hosts_.module_too_old()) return "schema_mismatch";
  if (!listener_.lease_valid()) return "database_unavailable";
  return hosts_.loaded() ? "" : "starting";
}

}  // namespace portal::edge
