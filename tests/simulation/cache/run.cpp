#include "run.hpp"

#include <algorithm>
#include <optional>

#include "cache/planted.hpp"
#include "worker.hpp"

namespace portal::cache {
Bug the_bug = Bug::kNone;
}

namespace portal::simulation {

Random* the_core_random = nullptr;

namespace {

constexpr Microseconds kLease{1'000'000};
constexpr Microseconds kMark{2'000'000};
constexpr int kAttempts = 3;

constexpr std::array<cache::Depends, 4> kDepends = {cache::depends::kJobs | cache::depends::kSites,
                                                    cache::depends::kDocuments, cache::depends::kSites,
                                                    cache::depends::kMembership};

cache::Bug bug_of(CachePlant plant) {
  switch (plant) {
    case CachePlant::kLateGeneration:
      return cache::Bug::kLateGeneration;
    case CachePlant::kIgnoredLease:
      return cache::Bug::kIgnoredLease;
    case CachePlant::kIgnoredPrincipal:
      return cache::Bug::kIgnoredPrincipal;
    case CachePlant::kKeptEpoch:
      return cache::Bug::kKeptEpoch;
    case CachePlant::kKeptSession:
      return cache::Bug::kKeptSession;
    case CachePlant::kKeptForEver:
      return cache::Bug::kKeptForEver;
    case CachePlant::kNone:
    case CachePlant::kForgottenOldOwner:
    case CachePlant::kForgottenOwnWrite:
      break;
  }
  return cache::Bug::kNone;
}

std::string payload_of(const cache::Change& change) {
  constexpr std::array<std::string_view, 10> kKinds = {"account", "settings", "client",   "jobs",   "documents",
                                                       "sites",   "invoices", "requests", "quotes", "membership"};
  static_assert(kKinds.size() == static_cast<std::size_t>(cache::ChangeKind::kMembership) + 1);
  std::string payload(kKinds[static_cast<std::size_t>(change.kind)]);
  for (const std::int64_t number : {change.account_id, change.client_id, change.id})
    payload.append(" ").append(std::to_string(number));
  return payload;
}

CacheFaults random_faults(Random& random) {
  CacheFaults faults;
  // Some worlds are whole, others are not: where everything fails nothing is ever kept.
  const auto maybe = [&](double most) {
    return random.chance(0.5) ? most * static_cast<double>(random.below(100)) / 100 : 0;
  };
  faults.cut = maybe(0.15);
  faults.silent_cut = maybe(0.05);
  faults.freeze = maybe(0.1);
  faults.stall = maybe(0.1);
  faults.slow = maybe(0.1);
  faults.usual_delay = random.chance(0.3) ? 200'000 : 400;
  return faults;
}

class Run {
 public:
  Run(std::uint64_t seed, CachePlant plant, bool print)
      : random_(seed),
        core_random_(seed ^ 0xA5A5A5A5A5A5A5A5U),
        plant_(plant),
        trace_(print),
        model_(random_, plant == CachePlant::kForgottenOldOwner ? Lapse::kForgottenOldOwner : Lapse::kNone,
               clock_.now()),
        shared_{.random = random_, .clock = clock_, .model = model_, .faults = random_faults(random_)},
        counters_(std::array<std::size_t, 3>{4, 64, 1024}[random_.below(3)]),
        cache_bytes_(std::array<std::size_t, 3>{8'192, 65'536, 1'048'576}[random_.below(3)]),
        visitors_(model_.sessions().size()),
        end_(clock_.now() + Microseconds(random_.between(4'000'000, 12'000'000))),
        pause_(random_.between(10'000, 80'000)) {
    cache::the_bug = bug_of(plant);
    the_core_random = &core_random_;
    workers_.resize(static_cast<std::size_t>(random_.between(1, 2)));
    for (std::unique_ptr<CacheWorker>& worker : workers_) worker = make_worker();
  }

  CacheRun run() {
    next_visit();
    next_change();
    next_death();
    while (result_.violation.empty() && clock_.step(end_)) {
    }
    workers_.clear();
    result_.trace = trace_.hash();
    return result_;
  }

 private:
  // What a browser knows of itself.
  struct Visitor {
    Time marked_until{};
    Time own_change{};  // of which its answer has told
  };
  // A read on its way to the database and back.
  struct Read {
    std::size_t worker;
    std::size_t session;
    Path path;
    edge::CacheOutcome outcome;
    int attempts = 0;
    access::Member member{};
    edge::CachedAnswers::Pending pending{};
  };

  std::unique_ptr<CacheWorker> make_worker() { return std::make_unique<CacheWorker>(shared_, cache_bytes_, counters_); }

  void violate(std::string what) {
    if (result_.violation.empty()) result_.violation = std::move(what);
  }

  Microseconds network() {
    Microseconds delay = random_.delay(30, 2'000);
    if (random_.chance(0.05)) delay += random_.delay(0, 1'500'000);
    return delay;
  }

  void next_visit() {
    clock_.after(random_.delay(0, 2 * pause_), [this] {
      visit();
      next_visit();
    });
  }

  void next_change() {
    clock_.after(random_.delay(0, 50 * pause_), [this] {
      tell(model_.change_something(clock_.now()));
      next_change();
    });
  }

  void next_death() {
    clock_.after(random_.delay(1'000'000, 60'000'000), [this] {
      const std::size_t index = random_.below(workers_.size());
      trace_.note(clock_.now(), "worker dies", index);
      workers_[index] = make_worker();
      next_death();
    });
  }

  void tell(const std::vector<cache::Change>& changes) {
    for (const cache::Change& change : changes) {
      const std::string payload = payload_of(change);
      trace_.note(clock_.now(), payload);
      for (const std::unique_ptr<CacheWorker>& worker : workers_) {
        for (const std::shared_ptr<Wire>& wire : worker->wires()) wire->notify(wire, payload);
      }
    }
  }

  // For the worker, if it is still the same one; once it comes to it.
  void on_worker(std::size_t index, const std::weak_ptr<bool>& alive, const std::function<void()>& action) {
    if (alive.lock()) workers_[index]->run(action);
  }

  void visit() {
    // A few come again and again, so that there is something to find.
    const std::size_t session = random_.below(random_.chance(0.7) ? 4 : model_.sessions().size());
    const std::size_t index = random_.below(workers_.size());
    const bool writes = random_.chance(0.05);
    const auto path = random_.chance(0.4) ? Path::kJobs : static_cast<Path>(random_.below(kPaths.size()));
    workers_[index]->run([this, session, index, writes, path] {
      if (writes)
        write(session, index);
      else
        read(session, index, path);
    });
  }

  void read(std::size_t number, std::size_t index, Path path) {
    ++result_.reads;
    const Session& session = model_.sessions()[number];
    CacheWorker& worker = *workers_[index];
    const bool marked = clock_.now() < visitors_[number].marked_until && plant_ != CachePlant::kForgottenOwnWrite;
    edge::CachedAnswers::Found found{edge::CacheOutcome::kBypass, {}};
    if (!marked) {
      found = worker.cached().find({.account_id = session.account,
                                    .session = session.hash,
                                    .path = kPaths[static_cast<std::size_t>(path)],
                                    .query = "limit=20",
                                    .membership = {}},
                                   clock_.now());
    }
    trace_.note(clock_.now(), "read", number, static_cast<std::uint64_t>(found.outcome));
    if (found.outcome == edge::CacheOutcome::kHit) {
      check(number, path, *found.entry);
      return;
    }
    if (found.outcome == edge::CacheOutcome::kExpiredLease) ++result_.expired;
    ask({.worker = index, .session = number, .path = path, .outcome = found.outcome});
  }

  // As edge::Operation does it.
  void ask(Read read) {
    if (++read.attempts > kAttempts) return;
    CacheWorker& worker = *workers_[read.worker];
    const Session& session = model_.sessions()[read.session];
    const std::optional<access::Member> known =
        read.attempts == 1 ? worker.sessions().find(session.account, session.hash) : std::nullopt;
    if (known) {
      ask_as(std::move(read), *known);
      return;
    }
    const auto alive = worker.alive();
    clock_.after(network(), [this, read, alive] {
      const std::optional<access::Member> member = model_.who(read.session, clock_.now());
      clock_.after(network(), [this, read, alive, member] {
        on_worker(read.worker, alive, [this, read, member] {
          auth::SessionMemory& sessions = workers_[read.worker]->sessions();
          if (member) {
            sessions.remember(*member);
            ask_as(read, *member);
          } else {
            sessions.forget(model_.sessions()[read.session].hash);
          }
        });
      });
    });
  }

  void ask_as(Read read, const access::Member& member) {
    CacheWorker& worker = *workers_[read.worker];
    read.member = member;
    read.pending = worker.cached().ask(member, kDepends[static_cast<std::size_t>(read.path)], clock_.now());
    const auto alive = worker.alive();
    clock_.after(network(), [this, read, alive] {
      const Answered answered = model_.read(read.session, read.member, read.path, clock_.now());
      clock_.after(network(), [this, read, alive, answered] {
        on_worker(read.worker, alive, [this, read, answered] { take(read, answered); });
      });
    });
  }

  void take(const Read& read, const Answered& answered) {
    CacheWorker& worker = *workers_[read.worker];
    switch (answered.entered) {
      case Answered::Entered::kNotSignedIn:
        worker.sessions().forget(model_.sessions()[read.session].hash);
        return;
      case Answered::Entered::kPrincipalChanged:
        ask(read);
        return;
      case Answered::Entered::kYes:
        break;
    }
    if (read.outcome != edge::CacheOutcome::kMiss || !worker.lease_valid()) return;
    edge::CachedAnswers& cached = worker.cached();
    const cache::EntryPointer entry = cache::Entry::make(
        cache::principal_of(read.member), {kPaths[static_cast<std::size_t>(read.path)], "limit=20"}, 0, answered.body);
    cached.confirm(read.member, read.pending, answered.session_left);
    cached.keep(entry, read.pending, answered.valid_for, clock_.now());
    trace_.note(clock_.now(), "kept", read.session, cached.entries().figures().entries);
  }

  void write(std::size_t number, std::size_t index) {
    const auto alive = workers_[index]->alive();
    clock_.after(network(), [this, number, index, alive] {
      const Time committed = clock_.now();
      const std::optional<access::Member> member = model_.who(number, committed);
      const auto changes = model_.write_as(number, committed);
      if (!changes || !member) return;
      trace_.note(committed, "write", number);
      tell(*changes);
      clock_.after(network(), [this, number, index, alive, member, committed] {
        on_worker(index, alive, [this, number, index, member, committed] {
          // The connection tells of it, whether it knows what became of it or not, and whether or not anybody waits.
          if (plant_ != CachePlant::kForgottenOwnWrite)
            workers_[index]->cached().generations().move(
                {member->account_id, member->client_id, member->membership_id});
          if (random_.chance(0.2)) return;  // the client has gone, or learns of nothing
          Visitor& visitor = visitors_[number];
          visitor.own_change = std::max(visitor.own_change, committed);
          visitor.marked_until = clock_.now() + kMark;
        });
      });
    });
  }

  void check(std::size_t number, Path path, const cache::Entry& entry) {
    ++result_.hits;
    const Time now = clock_.now();
    const std::string_view body = entry.plain().bytes;
    const cache::Principal& principal = entry.principal();
    const access::Member as{.account_id = principal.account_id,
                            .member_id = principal.member_id,
                            .membership_id = principal.membership_id,
                            .client_id = principal.client_id,
                            .permissions = principal.permissions,
                            .session_hash = model_.sessions()[number].hash};
    const auto stood = model_.standing_of(number, as);
    if (!stood) {
      violate("an answer that was made for somebody else: " + std::string(body));
      return;
    }
    if (stood->by_change <= now - kLease) violate("a session that is over, or changed, for longer than the lease");
    if (stood->by_itself <= now) violate("a session that has ended by itself");
    const auto truth = model_.truth_of(model_.membership_of(number), path, body);
    if (!truth) {
      violate("an answer that was never true for whoever gets it: " + std::string(body));
      return;
    }
    if (truth->by_change <= now - kLease) violate("an answer that is older than the lease: " + std::string(body));
    if (truth->by_itself <= now) violate("an answer that has become old by itself: " + std::string(body));
    if (truth->by_change <= visitors_[number].own_change) violate("somebody does not see the own change");
    if (truth->by_change <= now) ++result_.old_hits;
  }

  Random random_;
  Random core_random_;
  CachePlant plant_;
  Trace trace_;
  Clock clock_;
  Model model_;
  Shared shared_;
  std::size_t counters_;
  std::size_t cache_bytes_;
  std::vector<Visitor> visitors_;
  Time end_;
  std::int64_t pause_;
  std::vector<std::unique_ptr<CacheWorker>> workers_;
  CacheRun result_;
};

}  // namespace

CacheRun run_cache_seed(std::uint64_t seed, CachePlant plant, bool print) { return Run(seed, plant, print).run(); }

}  // namespace portal::simulation
