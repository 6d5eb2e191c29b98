#include "visitors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace portal::simulation {
namespace {

// Handlers, renderers and the turns between: what an answer may come after its deadline.
constexpr Microseconds kSlack{50'000};

Hash hash_of(const std::string& token) {
  Hash hash{};
  if (const std::optional<crypto::Token> parsed = crypto::Token::parse(token))
    std::ranges::copy(parsed->hash(), hash.begin());
  return hash;
}

std::string between(const std::string& text, std::string_view before, char end) {
  const std::size_t begin = text.find(before);
  if (begin == std::string::npos) return {};
  const std::size_t from = begin + before.size();
  return text.substr(from, text.find(end, from) - from);
}

bool is_write(Kind kind) { return kind == Kind::kSignIn || kind == Kind::kSignOut || kind == Kind::kSwitch; }

}  // namespace

struct Visitors::Running {
  Visitors& owner;
  Kind kind;
  Visitor& visitor;
  std::string token{}, nonce{}, host{}, path{}, query{}, body{}, cookie{}, shown{};
  Hash hash{};
  std::int64_t wanted = 0;  // membership of a switch
  bool probe = false;
  std::vector<http::Header> headers{};
  http::Request request{};
  Time started{};
  bool ended = false;
  std::unique_ptr<edge::Operation> operation{};

  void on_done() noexcept { owner.on_done(*this); }
};

Visitors::Visitors(World& world, SimLoop& loop, Model& model, std::vector<edge::Worker*> workers)
    : world_(world), loop_(loop), model_(model), workers_(std::move(workers)) {
  for (const MemberRow& member : model.tables().members) {
    visitors_.push_back({.account = member.account, .member = member.id});
    visitors_.push_back({.account = member.account, .member = member.id});
  }
}

Visitors::~Visitors() { abandon_all(); }

void Visitors::act() {
  auto chosen = visitors_.begin();
  std::advance(chosen, world_.random.below(visitors_.size()));
  Visitor& visitor = *chosen;
  std::string token = visitor.token;
  const std::uint64_t dice = world_.random.below(100);
  Kind kind = Kind::kList;
  if (visitor.token.empty() || dice < 8) {
    kind = world_.random.chance(0.15) ? Kind::kSignInWrong : Kind::kSignIn;
  } else if (dice < 14) {
    kind = Kind::kSwitch;
  } else if (dice < 18) {
    kind = Kind::kSignOut;
  } else if (dice < 35) {
    kind = Kind::kWho;
  } else if (dice < 55) {
    kind = Kind::kJob;
  } else if (dice < 62) {
    kind = Kind::kSearch;
  } else if (dice < 64) {
    kind = Kind::kUnknownPath;
  }
  if (is_write(kind) && visitor.writing) kind = Kind::kList;
  if (!is_write(kind) && !visitor.old_tokens.empty() && world_.random.chance(0.1)) {
    token = visitor.old_tokens[world_.random.below(visitor.old_tokens.size())];
  } else if (!is_write(kind) && world_.random.chance(0.05)) {
    token = crypto::Token::generate().text();
  }
  start(kind, visitor, token, world_.random.below(workers_.size()), false);
}

void Visitors::probe_sign_in() {
  for (std::size_t worker = 0; worker < workers_.size(); ++worker) {
    auto visitor = visitors_.begin();
    std::advance(visitor, worker);
    start(Kind::kSignIn, *visitor, {}, worker, true);
  }
}

void Visitors::probe_read() {
  for (std::size_t worker = 0; worker < workers_.size(); ++worker) {
    auto visitor = visitors_.begin();
    std::advance(visitor, worker);
    for (const Kind kind : {Kind::kList, Kind::kWho, Kind::kJob, Kind::kSearch})
      start(kind, *visitor, visitor->token, worker, true);
  }
}

void Visitors::start(Kind kind, Visitor& visitor, const std::string& token, std::size_t worker, bool probe) {
  auto owned = std::make_unique<Running>(Running{.owner = *this, .kind = kind, .visitor = visitor});
  Running& running = *owned;
  running.probe = probe;
  running.token = token;
  running.hash = hash_of(token);
  running.nonce = std::to_string(++nonces_);
  // Now and then with the cookie at the other account's host, where it must be worth nothing.
  const bool foreign = !probe && !is_write(kind) && kind != Kind::kSignInWrong && world_.random.chance(0.04);
  if (foreign) running.hash = {};
  const AccountRow* account = model_.tables().account(foreign ? 3 - visitor.account : visitor.account);
  running.host = account->host;
  http::Method method = http::Method::kGet;
  switch (kind) {
    case Kind::kList:
      running.path = "/api/v1/jobs";
      running.query = "site=" + running.nonce;
      break;
    case Kind::kSearch:
      running.path = "/api/v1/jobs";
      running.query = "q=needle&site=" + running.nonce;
      break;
    case Kind::kJob:
      running.path = "/api/v1/jobs/" + running.nonce;
      break;
    case Kind::kWho:
      running.path = "/api/v1/session";
      break;
    case Kind::kSignIn:
    case Kind::kSignInWrong:
      method = http::Method::kPost;
      running.path = "/api/v1/session";
      running.body = fmt::format(R"({{"email":"{}","password":"{}{}"}})", model_.tables().member(visitor.member)->email,
                                 kind == Kind::kSignIn ? "secret" : "guess", visitor.member);
      break;
    case Kind::kSignOut:
      method = http::Method::kDelete;
      running.path = "/api/v1/session";
      break;
    case Kind::kSwitch:
      method = http::Method::kPut;
      running.path = "/api/v1/session/membership";
      running.wanted = visitor.member * 10 + world_.random.between(0, 1);
      running.body = fmt::format(R"({{"membership_id":"{}"}})", running.wanted);
      break;
    case Kind::kUnknownPath:
      running.path = "/api/v1/nothing";
      break;
  }
  running.cookie = "portal-member=" + token;
  running.headers = {{"User-Agent", running.nonce}, {"Sec-Fetch-Site", "same-origin"}};
  if (!token.empty()) running.headers.push_back({"Cookie", running.cookie});
  if (!running.body.empty()) running.headers.push_back({"Content-Type", "application/json"});
  if (!probe && !is_write(kind) && world_.random.chance(0.2)) {
    running.shown = std::to_string(visitor.member * 10 + world_.random.between(0, 1));
    running.headers.push_back({"Portal-Membership", running.shown});
  }
  running.request = {.method = method,
                     .path = running.path,
                     .query = running.query,
                     .headers = running.headers,
                     .body = running.body,
                     .host = running.host,
                     .peer_address = "192.0.2.1",
                     .request_id = running.nonce};
  running.started = loop_.now();
  if (is_write(kind)) {
    visitor.writing = true;
    std::erase_if(refused_,
                  [&](const Refused& each) { return each.kind != Kind::kSignIn && each.hash == running.hash; });
    if (kind == Kind::kSignIn) spoiled_.insert(running.hash);  // it ends the former session
  }
  world_.trace.note(loop_.now(), "request", nonces_, static_cast<std::uint64_t>(kind) * 10 + worker);
  running_.push_back(std::move(owned));
  running.operation =
      std::make_unique<edge::Operation>(*workers_[worker], running.request, running.host, http::CookieMode::kInsecure,
                                        io::Callback::to<&Running::on_done>(&running));
  running.operation->start();
  if (!probe && world_.random.chance(0.15)) {
    const Microseconds until = world_.random.chance(0.3) ? Microseconds(0) : world_.random.delay(0, 30'000);
    loop_.after(until, [this, number = running.nonce] {
      for (const std::unique_ptr<Running>& each : running_) {
        if (each->nonce != number || each->ended) continue;
        world_.trace.note(loop_.now(), "abort " + number);
        // Nobody knows what became of a change.
        if (is_write(each->kind)) spoiled_.insert(each->hash);
        end(*each);
        return;
      }
    });
    return;
  }
  // Whatever happens, there is an answer when the time is over.
  loop_.after(std::chrono::duration_cast<Microseconds>(workers_[worker]->deadline()) + kSlack,
              [this, number = running.nonce] {
                for (const std::unique_ptr<Running>& each : running_) {
                  if (each->nonce == number && !each->ended) violate(*each, "no answer by the deadline");
                }
              });
}

void Visitors::on_done(Running& running) noexcept {
  if (running.ended) return;
  ++answers_;
  judge(running);
  end(running);
}

// As nginx does, the operation is destroyed from inside its own callback or a moment later.
void Visitors::end(Running& running) {
  running.ended = true;
  if (is_write(running.kind)) running.visitor.writing = false;
  const auto remove = [this, number = running.nonce] {
    std::erase_if(running_, [&](const std::unique_ptr<Running>& each) { return each->nonce == number; });
  };
  if (world_.random.chance(0.5)) {
    running.operation.reset();
    loop_.after(Microseconds(0), remove);
  } else {
    loop_.after(world_.random.delay(0, 3000), remove);
  }
}

void Visitors::abandon_all() { running_.clear(); }

void Visitors::violate(const Running& running, const std::string& what) {
  const http::Response& response = running.operation->response();
  world_.violate(fmt::format("request {} of member {} to {}: {} (answered {} {})", running.nonce,
                             running.visitor.member, running.path, what, static_cast<int>(response.status),
                             response.body.substr(0, 300)));
}

void Visitors::judge(Running& running) {
  const http::Response& response = running.operation->response();
  const int status = static_cast<int>(response.status);
  const std::string code = status < 400 ? "" : between(response.body, "\"code\":\"", '"');
  world_.trace.note(loop_.now(), "answer " + running.nonce + " " + code, static_cast<std::uint64_t>(status));
  if (status < 400) ++successes_;
  if (running.probe && status >= 400) {
    violate(running, "the worker has not recovered");
    return;
  }
  const bool changed =
      changed_accounts_.contains(running.visitor.account) || changed_accounts_.contains(3 - running.visitor.account);
  if (code == "no_portal" && changed) return;
  const bool failed = code == "overloaded" || code == "database_unavailable" || code == "deadline_exceeded" ||
                      code == "outcome_unknown" || code == "internal_error" || (status == 503 && response.body.empty());
  if (is_write(running.kind)) {
    judge_write(running, status, code);
  } else if (code == "outcome_unknown") {
    violate(running, "a request that changes nothing has no unknown outcome");
  }
  if (failed) {
    if (calm_ && code != "overloaded") violate(running, "nothing was wrong");
    const Faults& faults = world_.faults;
    if (code == "internal_error" && faults.error + faults.forgotten + faults.stale_plan + faults.no_memory == 0)
      violate(running, "nobody made an error");
    return;
  }
  if (code == "too_many_requests") return;
  switch (running.kind) {
    case Kind::kUnknownPath:
      if (status != 404) violate(running, "there is no such path");
      return;
    case Kind::kSignInWrong:
      if (status != 401) violate(running, "the password was wrong");
      return;
    case Kind::kSignIn:
      if (status == 401 && !changed && !changed_members_.contains(running.visitor.member))
        violate(running, "the password was right");
      if (status != 200 && status != 401) violate(running, "no answer to a sign-in");
      return;
    case Kind::kSignOut:
      if (status != 204) violate(running, "no answer to a sign-out");
      return;
    default:
      judge_member(running, status, code, response.body);
  }
}

void Visitors::judge_member(Running& running, int status, const std::string& code, const std::string& body) {
  const auto ever = [&](const std::function<bool(const Standing&, bool)>& fits) {
    return model_.ever(running.hash, running.started, loop_.now(), fits);
  };
  const bool needs_jobs = running.kind == Kind::kList || running.kind == Kind::kSearch || running.kind == Kind::kJob;
  const auto may_not = [](const Standing& standing, bool alive) {
    return alive && (standing.permissions & kMayViewJobs) == 0;
  };
  if (status == 200) {
    if (running.kind != Kind::kSwitch) judge_canaries(running, body);
  } else if (code == "not_signed_in") {
    if (!model_.ever_dead(running.hash, running.started, loop_.now())) violate(running, "the session was valid");
    if (running.token == running.visitor.token && !running.visitor.writing)
      running.visitor.old_tokens.push_back(std::exchange(running.visitor.token, {}));
  } else if (code == "permission_required" || (code == "not_found" && running.kind == Kind::kJob)) {
    if (!needs_jobs || !ever(may_not)) violate(running, "the permission was there");
  } else if (code == "not_found" && running.kind == Kind::kSwitch) {
    const bool over = model_.ever_dead(running.hash, running.started, loop_.now());
    if (!over && !changed_members_.contains(running.visitor.member)) violate(running, "the membership was there");
  } else if (code == "membership_changed") {
    if (running.shown.empty() || !ever([&](const Standing& standing, bool alive) {
          return alive && std::to_string(standing.membership) != running.shown;
        }))
      violate(running, "the membership shown was the session's");
  } else {
    violate(running, "an answer that nothing explains");
  }
}

void Visitors::judge_canaries(const Running& running, const std::string& body) {
  const bool who = running.kind == Kind::kWho;
  const std::string client = who ? between(body, "\"membership\":{\"id\":\"", '"') : between(body, "-c", '-');
  const auto fits = [&](const Standing& standing, bool alive) {
    if (!alive) return false;
    if (!running.shown.empty() && std::to_string(standing.membership) != running.shown) return false;
    if (who) return std::to_string(standing.membership) == client;
    return (standing.permissions & kMayViewJobs) != 0 && std::to_string(standing.client) == client;
  };
  if (!model_.ever(running.hash, running.started, loop_.now(), fits)) {
    violate(running, "no valid session stood for this");
    return;
  }
  const std::string mark = fmt::format("canary-a{}-c", running.visitor.account);
  std::size_t found = 0;
  for (std::size_t at = body.find("canary-"); at != std::string::npos; at = body.find("canary-", at + 1)) {
    ++found;
    if (body.compare(at, mark.size(), mark) != 0) violate(running, "another account's canary");
    if (who) continue;
    const std::string own = fmt::format("{}{}-r{}\"", mark, client, running.nonce);
    if (body.compare(at, own.size(), own) != 0) violate(running, "another request's canary");
  }
  if (found == 0) violate(running, "no canary");
  if (who && !body.contains(fmt::format("\"id\":\"{}\"", running.visitor.member)))
    violate(running, "another member's session");
}

void Visitors::judge_write(Running& running, int status, const std::string& code) {
  if (status < 400) {
    if (running.kind == Kind::kSignIn) judge_sign_in(running);
    if (running.kind == Kind::kSwitch) judge_switch(running);
    if (running.kind == Kind::kSignOut) {
      Tables tables = model_.tables();
      const SessionRow* row =
          tables.session(running.visitor.account, {reinterpret_cast<const char*>(running.hash.data()), 32});
      if (row && !row->ended) violate(running, "signed out, and the session lives");
      running.visitor.old_tokens.push_back(std::exchange(running.visitor.token, {}));
    }
    return;
  }
  // In doubt: what was asked may have been done, or be done yet.
  // A session that ended in the middle of its switch may have been switched: that it is over is the truth then.
  const bool over = running.kind == Kind::kSwitch && code == "not_signed_in";
  if (over || code == "outcome_unknown" || code.empty()) {
    spoiled_.insert(running.hash);
    return;
  }
  const Refused refused{running.kind, running.hash, running.nonce};
  if (!not_done(refused)) violate(running, "said not to be done, and was done");
  refused_.push_back(refused);
}

void Visitors::judge_sign_in(Running& running) {
  const std::vector<std::string>& cookies = running.operation->response().cookies;
  std::string token;
  for (const std::string& cookie : cookies) {
    if (cookie.starts_with("portal-member=")) token = between(cookie, "portal-member=", ';');
  }
  const Hash hash = hash_of(token);
  const auto row = std::ranges::find(model_.tables().sessions, running.nonce, &SessionRow::agent);
  if (row == model_.tables().sessions.end()) {
    violate(running, "acknowledged, and no session was made");
  } else if (row->hash != hash || row->member != running.visitor.member || row->account != running.visitor.account) {
    violate(running, "the session made is another one");
  }
  Tables tables = model_.tables();
  const SessionRow* former =
      tables.session(running.visitor.account, {reinterpret_cast<const char*>(running.hash.data()), 32});
  if (former && !former->ended) violate(running, "signed in anew, and the former session lives");
  if (!running.visitor.token.empty()) running.visitor.old_tokens.push_back(running.visitor.token);
  running.visitor.token = token;
}

void Visitors::judge_switch(Running& running) {
  const std::vector<std::string>& cookies = running.operation->response().cookies;
  const std::string token = cookies.empty() ? "" : between(cookies.front(), "portal-member=", ';');
  const Hash hash = hash_of(token);
  const auto row = std::ranges::find(model_.tables().sessions, hash, &SessionRow::hash);
  if (row == model_.tables().sessions.end()) {
    violate(running, "acknowledged, and no session has the new token");
  } else if (row->membership != running.wanted) {
    violate(running, "switched to another membership");
  }
  if (std::ranges::find(model_.tables().sessions, running.hash, &SessionRow::hash) != model_.tables().sessions.end())
    violate(running, "the old token still has a session");
  running.visitor.old_tokens.push_back(running.token);
  running.visitor.token = token;
}

bool Visitors::not_done(const Refused& refused) const {
  const std::vector<SessionRow>& sessions = model_.tables().sessions;
  if (refused.kind == Kind::kSignIn)
    return std::ranges::find(sessions, refused.nonce, &SessionRow::agent) == sessions.end();
  if (refused.hash == Hash{} || spoiled_.contains(refused.hash)) return true;
  const auto row = std::ranges::find(sessions, refused.hash, &SessionRow::hash);
  return row != sessions.end() && !row->ended;
}

void Visitors::judge_the_end() {
  for (const Refused& refused : refused_) {
    if (!not_done(refused)) world_.violate("request " + refused.nonce + " was said not to be done, and was done later");
  }
  std::set<std::string> agents;
  for (const SessionRow& session : model_.tables().sessions) {
    if (!agents.insert(session.agent).second) world_.violate("request " + session.agent + " made two sessions");
  }
}

}  // namespace portal::simulation
