#include "run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "crypto/keyring.hpp"
#include "edge/worker.hpp"
#include "fake_redis.hpp"
#include "server.hpp"
#include "sim_loop.hpp"
#include "visitors.hpp"

namespace portal::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Microseconds kSettling = seconds(6);
constexpr std::uint64_t kLongestRun = 3'000'000;  // turns

class SimLog final : public pg::Log {
 public:
  SimLog(World& world, SimLoop& loop) : world_(world), loop_(loop) {}
  void write(LogLevel level, std::string_view message) noexcept override {
    // Lines about security hold the time of day, which is not simulated.
    if (!message.starts_with("security ")) world_.trace.note(loop_.now(), message, static_cast<std::uint64_t>(level));
  }

 private:
  World& world_;
  SimLoop& loop_;
};

const crypto::Keyring& keys() {
  static const crypto::Keyring keyring = [] {
    std::string text;
    const std::string secret(43, 'A');
    for (const char* purpose : {"cursor", "pepper", "encryption", "session-cache"})
      text += fmt::format("{} first {}\n", purpose, secret);
    return crypto::Keyring::parse(text).value();
  }();
  return keyring;
}

class Run {
 public:
  Run(const Catalogue& catalogue, std::uint64_t seed, Plant plant, bool print)
      : world_(seed, plant, print),
        loop_(world_),
        log_(world_, loop_),
        offload_(world_, loop_),
        redis_(world_, loop_),
        model_((the_world = &world_, world_), keys()),
        server_(world_, loop_, model_, catalogue) {
    the_loop = &loop_;
    the_server = &server_;
    the_redis = &redis_;
    the_listeners.clear();
  }

  RunResult run() {
    // Whatever Redis does, nobody notices it where PostgreSQL is well.
    const bool calm = world_.random.chance(0.15);
    if (!calm) plan_faults();
    with_redis_ = world_.random.chance(0.6);
    if (with_redis_) plan_redis_faults();
    make_workers();
    visitors_->set_calm(calm);
    plan_requests();
    if (with_redis_) plan_redis_disasters();
    if (!calm) {
      plan_disasters();
      plan_changes();
    }
    const bool torn_down = world_.random.chance(0.1);
    const Microseconds until = torn_down ? world_.random.delay(0, length_.count()) : length_;
    turn_until([this, end = loop_.now() + until] { return loop_.now() >= end; });
    if (!torn_down) recover();
    tear_down();
    visitors_->judge_the_end();
    RunResult result{world_.violation, world_.trace.hash(), visitors_->answers(), visitors_->successes(), redis_hits_};
    visitors_.reset();
    return result;
  }

 private:
  template <class Done>
  void turn_until(Done done) {
    while (world_.violation.empty() && !done()) {
      if (!loop_.turn()) return;
      redis_.check_waits();
      check_leases();
      if (++turns_ > kLongestRun) world_.violate("the run does not end");
    }
  }

  // A lease is never older than the question that the server answered last, and never of another of its sessions.
  void check_leases() {
    for (std::size_t index = 0; index < workers_.size(); ++index) {
      const pg::Listener& listener = workers_[index]->listener();
      if (!listener.lease_valid()) continue;
      const auto found = the_listeners.find(conninfo_of(index));
      if (found == the_listeners.end() || !found->second->answered_query_of ||
          loop_.now() - *found->second->answered_query_of >= pg::Listener::kLease) {
        world_.violate("a lease, and nothing that was asked within a second has been answered");
        return;
      }
      Leased& last = leased_[index];
      const bool same = last.session == found->second->session;
      if (last.session != 0 && (same ? listener.epoch() != last.epoch : listener.epoch() <= last.epoch))
        world_.violate("epochs of the listener are not its connections");
      last = {found->second->session, listener.epoch()};
    }
  }

  static std::string conninfo_of(std::size_t worker) {
    return fmt::format("host=/simulated dbname=portal application_name=worker{}", worker);
  }

  // Each kind is absent in most seeds and anything between rare and frequent in the others, so that their mixtures
  // differ as much as their rates.
  double rate(double most) {
    if (!world_.random.chance(0.35)) return 0.0;
    return most * std::pow(10.0, -2.0 * static_cast<double>(world_.random.below(1000)) / 1000.0);
  }

  void plan_redis_faults() {
    if (world_.random.chance(0.2)) return;
    world_.faults.redis = {.refused = rate(0.5),
                           .never = rate(0.3),
                           .cut = rate(0.05),
                           .silent = rate(0.05),
                           .slow = rate(0.3),
                           .garbage = rate(0.05),
                           .shifted = rate(0.05),
                           .error = rate(0.2),
                           .spoiled = rate(0.5),
                           .evicted = rate(0.5),
                           .slices = rate(1.0),
                           .partial_write = rate(0.5)};
  }

  void plan_faults() {
    Faults& faults = world_.faults;
    faults = {.connect_refused = rate(0.5),
              .connect_never = rate(0.3),
              .connect_slow = rate(0.5),
              .out_of_slots = rate(0.5),
              .cut = rate(0.02),
              .error = rate(0.05),
              .forgotten = rate(0.05),
              .stale_plan = rate(0.05),
              .deferred_error = rate(0.2),
              .slow = rate(0.05),
              .slices = rate(1.0),
              .partial_write = rate(0.5),
              .no_memory = rate(0.01),
              .refused_work = rate(0.2)};
  }

  void make_workers() {
    edge::WorkerOptions options;
    options.throttling = auth::Throttling::kOff;  // these visitors try more often than people
    if (world_.random.chance(0.3)) options.remembered_sessions = 2;
    if (with_redis_) {
      options.redis.emplace().address.path = "/simulated";
      if (world_.random.chance(0.3)) options.redis->password = "secret";
      if (world_.random.chance(0.5)) options.remembered_sessions = 0;
    }
    const std::size_t count = 1 + world_.random.below(2);
    while (workers_.size() < count) {
      options.conninfo = conninfo_of(workers_.size());
      workers_.push_back(std::make_unique<edge::Worker>(options, keys(), loop_, offload_, log_));
    }
    leased_.resize(count);
    std::vector<edge::Worker*> pointers;
    for (const auto& worker : workers_) pointers.push_back(worker.get());
    visitors_ = std::make_unique<Visitors>(world_, loop_, model_, pointers);
  }

  void plan_requests() {
    length_ = world_.random.delay(1'000'000, 7'000'000);
    std::int64_t left = world_.random.between(10, 90);
    while (left > 0) {
      const Microseconds when = world_.random.delay(0, length_.count());
      std::int64_t together = world_.random.chance(0.15) ? world_.random.between(5, 40) : 1;
      for (; together > 0 && left > 0; --together, --left)
        loop_.after(when, [this] {
          if (!over_) visitors_->act();
        });
    }
  }

  void plan_disasters() {
    for (std::uint64_t count = world_.random.below(4); count > 0; --count) {
      const Microseconds when = world_.random.delay(0, length_.count());
      switch (world_.random.below(3)) {
        case 0:
          loop_.after(when, [this] { server_.freeze(world_.random.delay(50'000, 9'000'000)); });
          break;
        case 1:
          loop_.after(when, [this] { server_.restart(world_.random.delay(0, 4'000'000), world_.random.chance(0.5)); });
          break;
        default:
          loop_.after(when, [this] { server_.forget_statements(); });
      }
    }
  }

  void plan_redis_disasters() {
    for (std::uint64_t count = world_.random.below(5); count > 0; --count) {
      const Microseconds when = world_.random.delay(0, length_.count());
      switch (world_.random.below(5)) {
        case 0:
          loop_.after(when, [this] { redis_.freeze(world_.random.delay(5'000, 4'000'000)); });
          break;
        case 1:
          loop_.after(when, [this] { redis_.fill(world_.random.delay(5'000, 4'000'000)); });
          break;
        case 2:
          loop_.after(when, [this] { redis_.flush(); });
          break;
        default:
          // Whoever signs out in between stands in Redis again.
          loop_.after(when, [this] { redis_.take_snapshot(); });
          loop_.after(world_.random.delay(when.count(), length_.count()), [this] {
            constexpr std::array kMemories = {Redis::Memory::kKept, Redis::Memory::kLost, Redis::Memory::kOld,
                                              Redis::Memory::kOld};
            redis_.restart(world_.random.chance(0.5) ? Microseconds(0) : world_.random.delay(0, 3'000'000),
                           kMemories[world_.random.below(kMemories.size())]);
          });
      }
    }
  }

  // Behind the workers' backs.
  void plan_changes() {
    for (std::uint64_t count = world_.random.below(8); count > 0; --count) {
      loop_.after(world_.random.delay(0, length_.count()),
                  [&, kind = world_.random.below(10), which = world_.random.next()] { change(kind, which); });
    }
  }

  void change(std::uint64_t kind, std::uint64_t which) {
    server_.change([this, kind, which](Tables& tables) {
      world_.trace.note(loop_.now(), "change", kind, which);
      if (kind < 5) {
        if (tables.sessions.empty()) return false;
        SessionRow& session = tables.sessions[which % tables.sessions.size()];
        session.ended = true;
        visitors_->spoil(session.hash);
      } else if (kind < 8) {
        tables.memberships[which % tables.memberships.size()].permissions ^= kMayViewJobs;
      } else if (kind < 9) {
        MembershipRow& membership = tables.memberships[which % tables.memberships.size()];
        membership.active = !membership.active;
        visitors_->spoil_member(membership.member);
      } else {
        AccountRow& account = tables.accounts[which % 2];
        account.suspended = !account.suspended;
        visitors_->spoil_account(account.id);
        return true;
      }
      return false;
    });
  }

  void recover() {
    // What is being asked meets its end under the faults that it met.
    turn_until([this] { return visitors_->running() == 0; });
    world_.faults = {};
    if (server_.frozen) server_.freeze(Microseconds(0));
    if (!server_.accepting) server_.restart(Microseconds(0), true);
    redis_.heal();
    server_.change([](Tables& tables) {
      for (AccountRow& account : tables.accounts) {
        account.suspended = false;
        account.idle_limit = std::chrono::hours(1);
      }
      for (MembershipRow& membership : tables.memberships) {
        membership.active = true;
        membership.permissions = kMayViewJobs;
      }
      return true;
    });
    settle(kSettling);
    for (const auto& worker : workers_) {
      for (const AccountRow& account : model_.tables().accounts) {
        const auto found = worker->hosts().find(account.host);
        if (!found || found->suspended != account.suspended) world_.violate("the host map is not the database's");
      }
    }
    visitors_->probe_sign_in();
    turn_until([this] { return visitors_->running() == 0; });
    if (world_.violation.empty()) visitors_->probe_read();
    turn_until([this] { return visitors_->running() == 0; });
    settle(seconds(1));
    for (const auto& worker : workers_) {
      const access::Lanes lanes = worker->lanes();
      for (pg::Lane* lane : {&lanes.reads, &lanes.writes, &lanes.searches}) {
        const pg::LaneFigures figures = lane->figures();
        if (figures.in_flight != 0 || figures.queued != 0) world_.violate("a lane still works for nobody");
      }
      if (worker->figures().active != 0) world_.violate("operations are counted that do not exist");
    }
    if (offload_.outstanding() != 0) world_.violate("the pool still works for nobody");
  }

  void settle(Microseconds time) {
    turn_until([this, end = loop_.now() + time] { return loop_.now() >= end; });
  }

  void tear_down() {
    world_.trace.note(loop_.now(), "the end");
    over_ = true;
    visitors_->abandon_all();
    for (const auto& worker : workers_) {
      if (worker->session_cache()) redis_hits_ += worker->session_cache()->figures().hits;
    }
    workers_.clear();
    world_.faults = {};
    if (server_.frozen) server_.freeze(Microseconds(0));
    // What the server still does, and what comes of it, nobody waits for.
    turn_until([] { return false; });
    if (!world_.violation.empty()) return;
    const auto none = [this](std::uint64_t count, const char* what) {
      if (count != 0) world_.violate(fmt::format("{} {} left alive", count, what));
    };
    none(loop_.watches(), "watches");
    none(loop_.timers(), "timers");
    none(loop_.wakes(), "wakes");
    none(loop_.descriptors(), "descriptors");
    none(static_cast<std::uint64_t>(world_.connections_alive), "connections");
    none(static_cast<std::uint64_t>(world_.results_alive), "results");
    none(server_.sessions(), "server sessions");
  }

  struct Leased {
    std::uint64_t session = 0, epoch = 0;  // of the listener, when its lease was seen last
  };

  World world_;
  SimLoop loop_;
  SimLog log_;
  SimOffload offload_;
  Redis redis_;
  Model model_;
  Server server_;
  std::vector<std::unique_ptr<edge::Worker>> workers_;
  std::unique_ptr<Visitors> visitors_;
  Microseconds length_{0};
  std::uint64_t turns_ = 0;
  std::uint64_t redis_hits_ = 0;
  std::vector<Leased> leased_;
  bool with_redis_ = false;
  bool over_ = false;  // the workers are gone
};

}  // namespace

RunResult run_seed(const Catalogue& catalogue, std::uint64_t seed, Plant plant, bool print) {
  return std::make_unique<Run>(catalogue, seed, plant, print)->run();
}

}  // namespace portal::simulation
