#include "server.hpp"

#include <algorithm>

#include "fake_libpq.hpp"

namespace portal::simulation {
namespace {

constexpr Microseconds kLockTimeout{2'000'000};
constexpr Microseconds kStatementTimeout{5'000'000};

DownMessage message_of(Down kind, std::unique_ptr<pg_result> result = nullptr) {
  std::size_t size = 6;
  if (result) {
    size = 30;
    for (const auto& row : result->rows) {
      for (const auto& value : row) size += 4 + (value ? value->size() : 0);
    }
  }
  return {kind, std::move(result), size};
}

// The planted bug: what looks like the server's answer is not the server's.
void answer_in_between(const std::shared_ptr<Link>& link) {
  if (link->up.empty() || link->up.front().kind != Up::kQuery) return;
  link->up.pop_front();
  send_down(the_server->loop, link, message_of(Down::kResult, std::make_unique<pg_result>(PGRES_COMMAND_OK)));
  send_down(the_server->loop, link, message_of(Down::kReady));
}

}  // namespace

Server* the_server = nullptr;

Accepting knock() {
  World& shared = the_server->world;
  if (!the_server->accepting || shared.random.chance(shared.faults.connect_refused)) return Accepting::kRefused;
  return shared.random.chance(shared.faults.connect_never) ? Accepting::kSilent : Accepting::kYes;
}

// After a moment the server reads what has come, or learns that the client is gone.
void came_up(const std::shared_ptr<Link>& link) {
  World& shared = the_server->world;
  Microseconds delay = shared.random.delay(20, 200);
  const bool begins = !link->server && !link->up.empty() && link->up.front().kind == Up::kStartup;
  if (begins && shared.random.chance(shared.faults.connect_slow)) delay += shared.random.delay(100'000, 4'000'000);
  the_server->loop.after(delay, [link] {
    if (link->server) {
      if (the_server->frozen && the_server->world.plant == Plant::kHastyPings) answer_in_between(link);
      link->server->wake();
      return;
    }
    if (link->server_closed || link->up.empty() || link->up.front().kind != Up::kStartup) return;
    if (!the_server->accepting) {
      close_down(the_server->loop, link, true);
      return;
    }
    const std::string options = link->up.front().text;
    link->up.pop_front();
    the_server->all.push_back(std::make_unique<Session>(*the_server, link, options));
    Session* session = the_server->all.back().get();
    if (session->closed()) return;
    link->server = session;
    session->wake();
  });
}

Session::Session(Server& on, std::shared_ptr<Link> link, const std::string& options)
    : server_(on),
      link_(std::move(link)),
      number_(++on.numbers),
      read_only_(options.contains("default_transaction_read_only=on")) {
  on.world.trace.note(on.loop.now(), "accept", number_);
  link_->session = number_;
  if (on.world.random.chance(on.world.faults.out_of_slots)) {
    auto error = std::make_unique<pg_result>(PGRES_FATAL_ERROR);
    error->message = "sorry, too many clients already";
    send_down(on.loop, link_, message_of(Down::kError, std::move(error)));
    close(false);
    return;
  }
  if (!on.frozen) {
    send_down(on.loop, link_, message_of(Down::kAuthenticated));
  } else {
    inbox_.push_back({Up::kStartup, {}, {}, {}, 0});
  }
}

void Session::wake() {
  if (closed_ || scheduled_ || server_.frozen) return;
  scheduled_ = true;
  Microseconds delay = server_.world.random.delay(5, 120);
  server_.loop.after(delay, [this, link = link_] {
    if (link->server == this) step(true);
  });
}

void Session::step(bool from_event) {
  if (from_event) scheduled_ = false;
  if (closed_ || server_.frozen) return;
  for (UpMessage& message : link_->up) inbox_.push_back(std::move(message));
  link_->up.clear();
  // What is half written still counts.
  link_->in_pipe = 0;
  update_readiness(*link_);
  for (std::uint64_t count = 1 + server_.world.random.below(12); count > 0 && !inbox_.empty(); --count) {
    if (!handle(inbox_.front())) return;
    inbox_.pop_front();
  }
  if (!inbox_.empty()) {
    wake();
  } else if (link_->client_closed && link_->up.empty()) {
    close(true);
  }
}

// Whether it was dealt with; false when it waits, or when the session is gone.
bool Session::handle(UpMessage& message) {
  World& shared = server_.world;
  switch (message.kind) {
    case Up::kStartup:
      answer(message_of(Down::kAuthenticated));
      return true;
    case Up::kPrepare: {
      if (may_cut("cut before parse")) return false;
      if (aborted_) return true;
      const Shape* shape = server_.catalogue.find(message.text);
      if (shared.random.chance(shared.faults.error)) {
        answer_error("XX000");
      } else if (!prepared_.emplace(message.name, shape).second) {
        answer_error("42P05");
      } else {
        answer(message_of(Down::kResult, std::make_unique<pg_result>(PGRES_COMMAND_OK)));
      }
      return true;
    }
    case Up::kExecute:
      return execute(message);
    case Up::kSync:
      if (may_cut("cut before commit")) return false;
      sync();
      return !closed_;
    case Up::kQuery:
      if (may_cut("cut before query")) return false;
      listens_ = listens_ || message.text.starts_with("listen");
      link_->answered_query_of = message.sent_at;
      answer(message_of(Down::kResult, std::make_unique<pg_result>(PGRES_COMMAND_OK)));
      answer(message_of(Down::kReady));
      return true;
  }
  return true;
}

bool Session::execute(UpMessage& message) {
  World& shared = server_.world;
  if (may_cut("cut before statement")) return false;
  if (aborted_) return true;
  if (!slowed_ && shared.random.chance(shared.faults.slow)) {
    slowed_ = true;
    const Microseconds time =
        shared.random.chance(0.1) ? shared.random.delay(1'000'000, 7'000'000) : shared.random.delay(1'000, 300'000);
    scheduled_ = true;
    server_.loop.after(std::min(time, kStatementTimeout), [this, link = link_, time] {
      if (link->server != this) return;
      if (time > kStatementTimeout && !server_.frozen) {
        answer_error("57014");
        inbox_.pop_front();
        slowed_ = false;
      }
      step(true);
    });
    return false;
  }
  slowed_ = false;
  if (shared.random.chance(shared.faults.forgotten)) prepared_.clear();
  const auto found = prepared_.find(message.name);
  if (found == prepared_.end()) {
    answer_error("26000");
    return true;
  }
  if (shared.random.chance(shared.faults.stale_plan)) {
    answer_error("0A000", "RevalidateCachedQuery");
    return true;
  }
  if (shared.random.chance(shared.faults.error)) {
    constexpr std::array<std::string_view, 5> kStates = {"40001", "53200", "XX000", "57014", "55P03"};
    answer_error(kStates[shared.random.below(kStates.size())]);
    return true;
  }
  if (!found->second) {
    answer_error("42601");
    return true;
  }
  const Shape& shape = *found->second;
  if (Model::writes(shape.name)) {
    if (read_only_) {
      answer_error("25006");
      return true;
    }
    if (server_.holder && server_.holder != this) {
      if (!waits_) {
        waits_ = true;
        waits_since_ = server_.loop.now();
        server_.loop.after(kLockTimeout, [this, link = link_] {
          if (link->server == this) unlocked();
        });
        return false;
      }
      if (server_.loop.now() - waits_since_ < kLockTimeout) return false;
      waits_ = false;
      answer_error("55P03");
      return true;
    }
    waits_ = false;
    server_.holder = this;
    if (!changed_) changed_ = server_.model.tables();
  }
  if (!begun_) begun_ = server_.loop.now();
  // A transaction that has written nothing sees what is committed now, statement by statement.
  const Values values(shape, message.values);
  std::unique_ptr<pg_result> result =
      server_.model.execute(shape, values, changed_ ? *changed_ : server_.model.live_tables(), context_, *begun_);
  shared.trace.note(server_.loop.now(), shape.name, number_, result->rows.size());
  if (result->status == PGRES_FATAL_ERROR) {
    const std::string state = result->sqlstate;
    answer_error(state);
  } else {
    answer(message_of(Down::kResult, std::move(result)));
  }
  return !may_cut("cut after statement");
}

void Session::sync() {
  World& shared = server_.world;
  context_ = {};
  begun_.reset();
  if (aborted_) {
    roll_back();
  } else if (changed_ && shared.random.chance(shared.faults.deferred_error)) {
    shared.trace.note(server_.loop.now(), "commit refused", number_);
    if (shared.plant == Plant::kTwiceDone) server_.model.commit(*changed_, server_.loop.now());
    answer_error("40001");
    roll_back();
  } else if (changed_) {
    shared.trace.note(server_.loop.now(), "commit", number_);
    if (shared.plant != Plant::kForgottenCommit || !shared.random.chance(0.2))
      server_.model.commit(std::move(*changed_), server_.loop.now());
    changed_.reset();
    server_.unlock();
  }
  aborted_ = false;
  if (may_cut("cut after commit")) return;
  answer(message_of(Down::kReady));
}

bool Session::may_cut(std::string_view where) {
  World& shared = server_.world;
  if (!shared.random.chance(shared.faults.cut)) return false;
  shared.trace.note(server_.loop.now(), where, number_);
  const bool reset = shared.random.chance(0.5);
  // Between its commit and its readiness a backend is not interrupted, so nobody hears of a shutdown there.
  if (!reset && where != "cut after commit" && shared.random.chance(0.5)) tell("57P01");
  close(reset);
  return true;
}

void Session::answer(DownMessage message) {
  // The planted bug: what one result says is told in place of the one before it.
  if (server_.world.plant == Plant::kSwappedReplies && message.kind == Down::kResult && message.result &&
      !message.result->rows.empty() && message.result->types.size() > 10) {
    if (!kept_)
      kept_ = std::make_unique<DownMessage>(message_of(Down::kResult, std::make_unique<pg_result>(PGRES_TUPLES_OK)));
    if (kept_->result->types.size() == message.result->types.size() && server_.world.random.chance(0.3)) {
      std::swap(kept_->result->rows, message.result->rows);
    } else {
      kept_->result->types = message.result->types;
      kept_->result->rows = message.result->rows;
    }
  }
  send_down(server_.loop, link_, std::move(message));
}

void Session::answer_error(std::string_view sqlstate, std::string_view function) {
  auto error = std::make_unique<pg_result>(PGRES_FATAL_ERROR);
  error->sqlstate = sqlstate;
  error->function = function;
  error->message = "simulated";
  server_.world.trace.note(server_.loop.now(), std::string("error ") + std::string(sqlstate), number_);
  aborted_ = true;
  roll_back();
  answer(message_of(Down::kError, std::move(error)));
}

void Session::roll_back() {
  const bool held = changed_.has_value() || server_.holder == this;
  changed_.reset();
  if (held) server_.unlock();
}

void Session::tell(std::string_view sqlstate) {
  auto error = std::make_unique<pg_result>(PGRES_FATAL_ERROR);
  error->sqlstate = sqlstate;
  error->message = "simulated";
  send_down(server_.loop, link_, message_of(Down::kError, std::move(error)));
}

void Session::notify() {
  if (listens_ && !closed_ && server_.world.plant != Plant::kDeafListener) answer(message_of(Down::kNotice));
}

void Session::be_another() {
  number_ = ++server_.numbers;
  link_->session = number_;
}

void Session::unlocked() {
  if (!closed_ && waits_) wake();
}

void Session::close(bool reset) {
  if (closed_) return;
  closed_ = true;
  roll_back();
  inbox_.clear();
  link_->up.clear();
  close_down(server_.loop, link_, reset);
  server_.loop.after(Microseconds(1), [on = &server_] { on->sweep(); });
}

void Server::sweep() {
  std::erase_if(all, [](const std::unique_ptr<Session>& session) { return session->closed(); });
}

void Server::unlock() {
  holder = nullptr;
  loop.after(Microseconds(1), [this] {
    while (!changes.empty() && !holder) {
      const std::function<bool(Tables&)> how = std::move(changes.front());
      changes.pop_front();
      Tables tables = model.tables();
      const bool hosts = how(tables);
      model.commit(std::move(tables), loop.now());
      after_commit(hosts);
    }
    for (const std::unique_ptr<Session>& session : all) session->unlocked();
  });
}

void Server::after_commit(bool hosts) {
  if (!hosts) return;
  for (const std::unique_ptr<Session>& session : all) session->notify();
}

void Server::change(std::function<bool(Tables&)> how) {
  changes.push_back(std::move(how));
  if (!holder) unlock();
}

void Server::freeze(Microseconds time) {
  world.trace.note(loop.now(), "freeze", static_cast<std::uint64_t>(time.count()));
  frozen = true;
  loop.after(time, [this, number = ++freezes_] {
    if (number != freezes_) return;
    world.trace.note(loop.now(), "thaw");
    frozen = false;
    for (const std::unique_ptr<Session>& session : all) session->wake();
  });
}

void Server::restart(Microseconds away, bool polite) {
  world.trace.note(loop.now(), "restart", static_cast<std::uint64_t>(away.count()), polite ? 1 : 0);
  accepting = false;
  for (const std::unique_ptr<Session>& session : all) {
    if (session->closed()) continue;
    if (session->listens() && world.plant == Plant::kHiddenReconnect) {
      session->be_another();
      continue;
    }
    if (polite) session->tell("57P01");
    session->close(!polite);
  }
  loop.after(away, [this, number = ++restarts_] {
    if (number == restarts_) accepting = true;
  });
}

void Server::forget_statements() {
  world.trace.note(loop.now(), "forget statements");
  for (const std::unique_ptr<Session>& session : all) session->forget_statements();
}

}  // namespace portal::simulation
