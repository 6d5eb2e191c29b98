#include "pg/connection.hpp"

#include <libpq-fe.h>

#include <algorithm>

#include "pg/connect.hpp"

namespace portal::pg {
namespace {

constexpr int kMaximumPreparationAttempts = 3;
constexpr int kMaximumSegmentAttempts = 2;

std::string_view field(const PGresult* result, int code) {
  const char* value = PQresultErrorField(result, code);
  return value ? value : "";
}

// A plan that no longer fits its table, or a statement that is gone. The source function is compared, since the message
// is translated.
bool says_prepare_again(const PGresult* result) {
  const std::string_view state = field(result, PG_DIAG_SQLSTATE);
  return state == "26000" || (state == "0A000" && field(result, PG_DIAG_SOURCE_FUNCTION) == "RevalidateCachedQuery");
}

// Serialization failure, deadlock, lock not available: the same may succeed a moment later.
bool says_conflict(std::string_view state) { return state == "40001" || state == "40P01" || state == "55P03"; }

// The server shuts down or has become somebody's standby: another connection may lead to its successor.
bool says_unfit(std::string_view state, SegmentKind kind) {
  return state == "57P01" || state == "57P02" || state == "57P03" || (state == "25006" && kind == SegmentKind::kWrite);
}

// An error without SQLSTATE is libpq's own. One that had no memory for a sync has lost count, and from there on
// everybody would get a stranger's answer; it shows as that, or as an error where only the commit is left. Commits fail
// for few reasons, and for these a segment behind may fail as well: only where none was sent is it surely the commit.
bool out_of_step(const PGresult* result, bool only_commit_left, bool more_behind) {
  const std::string_view state = field(result, PG_DIAG_SQLSTATE);
  if (state.empty()) return true;
  const bool may_be_the_commit = !more_behind && (state.starts_with("23") || state.starts_with("40"));
  return only_commit_left && !may_be_the_commit;
}

}  // namespace

Connection::Connection(io::Loop& loop, Lane& lane, const LaneOptions& options, Log& log)
    : loop_(loop),
      lane_(lane),
      options_(options),
      log_(log),
      deadline_(loop.timer(io::Callback::to<&Connection::on_deadline>(this))),
      prepared_(options.statements) {}

Connection::~Connection() {
  watch_.reset();
  if (connection_) PQfinish(connection_);
}

void Connection::connect() {
  first_host_ = lane_.first_host();
  connection_ = start_connect(options_.conninfo, options_.password, options_.settings, first_host_);
  state_ = State::kConnecting;
  deadline_->start(options_.connect_timeout);
  if (!connection_ || PQstatus(connection_) == CONNECTION_BAD) {
    lose(last_error());
    return;
  }
  watch_socket();
  watch_->set(io::Interest::kWrite);
}

void Connection::watch_socket() {
  // libpq may close its socket and open another with the same number, so the registration is always made anew.
  watch_.reset();
  watch_ = loop_.watch(PQsocket(connection_), io::Callback::to<&Connection::on_ready>(this));
}

void Connection::on_ready() noexcept {
  try {
    if (state_ == State::kConnecting) {
      poll_connect();
    } else if (state_ == State::kReady) {
      read();
      if (state_ == State::kReady) flush();
    }
  } catch (const std::exception& failure) {
    lose(failure.what());
  }
}

void Connection::poll_connect() {
  watch_.reset();
  if (reading_) {
    lane_.on_heard();
    lane_.on_progress();
  }
  reading_ = false;
  switch (PQconnectPoll(connection_)) {
    case PGRES_POLLING_READING:
      reading_ = true;
      watch_socket();
      watch_->set(io::Interest::kRead);
      return;
    case PGRES_POLLING_WRITING:
      watch_socket();
      watch_->set(io::Interest::kWrite);
      return;
    case PGRES_POLLING_OK:
      start_pipeline();
      return;
    default:
      lose(last_error());
  }
}

void Connection::start_pipeline() {
  if (PQsetnonblocking(connection_, 1) != 0 || PQenterPipelineMode(connection_) != 1) {
    lose(last_error());
    return;
  }
  deadline_->stop();
  watch_socket();
  watch_->set(io::Interest::kRead);
  state_ = State::kReady;
  lane_.on_connected(*this);
}

void Connection::on_deadline() noexcept {
  if (state_ == State::kConnecting) {
    lane_.on_no_answer_at(first_host_);
    lose("connecting took too long");
    return;
  }
  if (in_flight_.empty()) return;
  if (loop_.now() >= give_up_at()) {
    lose("no answer in time");
  } else {
    arm_deadline();
  }
}

void Connection::arm_deadline() {
  if (in_flight_.empty()) {
    deadline_->stop();
    return;
  }
  const auto left = std::chrono::ceil<io::Duration>(give_up_at() - loop_.now());
  deadline_->start(std::max(left, io::Duration(1)));
}

// A server that is slow answers one segment after another; what waited behind them is not held against it.
io::MonotonicTime Connection::give_up_at() const {
  return std::max(in_flight_.front().sent_at, answered_at_) + options_.answer_timeout;
}

std::string Connection::name_on_server(const Statement& statement) const {
  return std::string(statement.name) + "." + std::to_string(prepared_[statement.index].generation);
}

std::string_view Connection::last_error() noexcept {
  std::string_view text = connection_ ? PQerrorMessage(connection_) : "out of memory";
  while (text.ends_with('\n')) text.remove_suffix(1);
  text = text.substr(0, last_error_.size());
  std::ranges::replace_copy(text, last_error_.begin(), '\n', ' ');
  return {last_error_.data(), text.size()};
}

void Connection::submit(std::shared_ptr<Exchange> exchange) noexcept {
  const bool was_idle = in_flight_.empty();
  send_or_hold(std::move(exchange));
  if (state_ != State::kReady) return;
  try {
    if (was_idle) arm_deadline();
    flush();
  } catch (const std::exception& failure) {
    lose(failure.what());
  }
}

void Connection::send_or_hold(std::shared_ptr<Exchange> exchange) noexcept {
  bool sent = false;
  try {
    const std::optional<bool> all_ready = prepare_all(*exchange);
    sent = all_ready && (!*all_ready || send(exchange));
    // Held until the preparation's own answer: executing behind a failed one could run a stranger's statement of the
    // same name. A connection that breaks here gives back what it holds.
    if (!exchange->sent) held_.push_back(exchange);
  } catch (const std::exception& failure) {
    // Half of a segment may stand in libpq's buffer. Whatever followed it would get the answers of that half. Without
    // its sync the server does not commit it.
    const bool unknown = exchange->sent && options_.kind == SegmentKind::kWrite;
    if (unknown) lane_.on_settled(*exchange);
    exchange->fail(unknown ? ErrorCode::kOutcomeUnknown : ErrorCode::kOverloaded, failure.what());
    lose(failure.what());
    return;
  }
  if (!sent) lose(last_error());
}

// Starts the preparations that are missing. Whether everything is prepared; nothing when the connection is broken.
std::optional<bool> Connection::prepare_all(const Exchange& exchange) {
  bool all_ready = true;
  for (const Query& query : exchange.queries) {
    const Prepared& prepared = prepared_[query.statement->index];
    if (prepared.state == Preparation::kNone && !prepare(*query.statement)) return std::nullopt;
    all_ready = all_ready && prepared.state == Preparation::kReady;
  }
  return all_ready;
}

bool Connection::prepare(const Statement& statement) {
  const std::string name = name_on_server(statement);
  if (PQsendPrepare(connection_, name.c_str(), statement.text, static_cast<int>(statement.parameter_types.size()),
                    statement.parameter_types.data()) != 1 ||
      PQpipelineSync(connection_) != 1) {
    return false;
  }
  prepared_[statement.index].state = Preparation::kPreparing;
  in_flight_.push_back({.exchange = nullptr, .statement = &statement, .error = std::nullopt, .sent_at = loop_.now()});
  return true;
}

bool Connection::send(const std::shared_ptr<Exchange>& exchange) {
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
  for (const Query& query : exchange->queries) {
    const std::size_t count = query.parameters.count();
    values.resize(count);
    lengths.resize(count);
    formats.assign(count, 1);
    for (std::size_t index = 0; index < count; ++index) {
      values[index] = query.parameters.value(index);
      lengths[index] = query.parameters.length(index);
    }
    if (PQsendQueryPrepared(connection_, name_on_server(*query.statement).c_str(), static_cast<int>(count),
                            values.data(), lengths.data(), formats.data(), 1) != 1) {
      return false;
    }
  }
  if (PQpipelineSync(connection_) != 1) return false;
  exchange->sent = true;
  ++exchange->attempts;
  exchange->rows.clear();
  in_flight_.push_back({.exchange = exchange, .error = std::nullopt, .sent_at = loop_.now()});
  return true;
}

void Connection::send_held() {
  for (std::size_t left = held_.size(); left > 0 && state_ == State::kReady; --left) send_or_hold(held_.pop_front());
}

void Connection::forget_held(const std::shared_ptr<Exchange>& exchange) noexcept { held_.remove(exchange); }

void Connection::flush() {
  const int left = PQflush(connection_);
  if (left < 0) {
    lose(last_error());
    return;
  }
  watch_->set(left == 1 ? io::Interest::kReadWrite : io::Interest::kRead);
}

void Connection::read() {
  if (PQconsumeInput(connection_) != 1) {
    // What the server said last came with an earlier turn. From here on libpq would only make up results of its own.
    lose(last_error());
    return;
  }
  lane_.on_heard();
  while (PGnotify* notice = PQnotifies(connection_)) PQfreemem(notice);
  bool ended = false;
  while (state_ == State::kReady && !in_flight_.empty() && !PQisBusy(connection_)) {
    PGresult* result = PQgetResult(connection_);
    if (result) {
      take_result(result);
      ended = false;
      continue;
    }
    // A null ends the results of one statement. Two in a row: nothing more has arrived.
    if (ended) break;
    ended = true;
    Expected& front = in_flight_.front();
    if (front.statement_answered) {
      ++front.statement_number;
      front.statement_answered = false;
    }
  }
  if (state_ == State::kReady && PQstatus(connection_) == CONNECTION_BAD) lose(last_error());
}

void Connection::take_result(pg_result* result) {
  Rows rows(result);
  Expected& front = in_flight_.front();
  const std::size_t statements = front.exchange ? front.exchange->queries.size() : 1;
  switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC:
      if (front.statement_number < statements) {
        lose("answers are out of step");
        return;
      }
      finish_front();
      return;
    case PGRES_PIPELINE_ABORTED:
      front.statement_answered = true;
      return;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
      if (front.statement_number >= statements) {
        lose("answers are out of step");
        return;
      }
      front.statement_answered = true;
      if (front.exchange && !front.exchange->abandoned) {
        front.exchange->rows.resize(std::max(front.exchange->rows.size(), front.statement_number + 1));
        front.exchange->rows[front.statement_number] = std::move(rows);
      }
      return;
    default:
      if (out_of_step(result, front.statement_number >= statements, in_flight_.size() > 1)) {
        lose(last_error());
        return;
      }
      // Also after the statement's own result: a deferred constraint fails at the sync.
      front.statement_answered = true;
      if (!front.error) {
        const std::string_view state = field(result, PG_DIAG_SQLSTATE);
        front.error = error_of(result);
        front.rolled_back = true;
        front.stale = says_prepare_again(result);
        front.conflict = says_conflict(state);
        front.unfit = says_unfit(state, options_.kind);
      }
  }
}

void Connection::finish_front() {
  Expected done = std::move(in_flight_.front());
  in_flight_.pop_front();
  answered_at_ = loop_.now();
  if (!done.exchange) {
    finish_preparation(done);
  } else {
    lane_.figures_.round_trips.add(std::chrono::duration_cast<std::chrono::microseconds>(answered_at_ - done.sent_at));
    finish_segment(done);
    lane_.dispatch();
  }
  if (state_ != State::kReady) return;
  arm_deadline();  // for what is the oldest now, also if it was sent just above
  retire_when_idle();
}

void Connection::finish_segment(Expected& done) {
  const std::shared_ptr<Exchange>& exchange = done.exchange;
  if (done.unfit) {
    retiring_ = true;
    done.error->code = ErrorCode::kDatabaseUnavailable;
    done.error->retry_after_seconds = 1;
  }
  // An error rolls the whole segment back, so nothing of it was committed and it may be sent again.
  if (done.stale && exchange->attempts < kMaximumSegmentAttempts && !exchange->abandoned) {
    for (const Query& query : exchange->queries) {
      Prepared& prepared = prepared_[query.statement->index];
      if (prepared.state != Preparation::kReady) continue;
      prepared.state = Preparation::kNone;
      ++prepared.generation;
    }
    exchange->sent = false;
    send_or_hold(exchange);
    if (state_ == State::kReady) flush();
  } else if (done.stale) {
    exchange->fail(ErrorCode::kDatabaseUnavailable, done.error->log_detail);
  } else if (done.conflict && lane_.may_retry(*exchange)) {
    lane_.retry_later(exchange);
  } else {
    if (!done.error) lane_.on_settled(*exchange);
    exchange->finish(std::move(done.error));
  }
}

void Connection::retire_when_idle() noexcept {
  if (!retiring_ || !in_flight_.empty()) return;
  lose("the server is not for us any more");
}

void Connection::finish_preparation(Expected& done) {
  Prepared& prepared = prepared_[done.statement->index];
  if (!done.error) {
    prepared.state = Preparation::kReady;
    prepared.failures = 0;
    send_held();
    if (state_ == State::kReady) flush();
    return;
  }
  write_line(log_, LogLevel::kWarning, "lane {}: preparing {}: {}", options_.name, done.statement->name,
             done.error->log_detail);
  prepared.state = Preparation::kNone;
  ++prepared.generation;
  if (++prepared.failures < kMaximumPreparationAttempts) {
    send_held();
    if (state_ == State::kReady) flush();
    return;
  }
  prepared.failures = 0;
  ExchangeQueue others;
  while (!held_.empty()) {
    std::shared_ptr<Exchange> exchange = held_.pop_front();
    const bool needs =
        std::ranges::any_of(exchange->queries, [&](const Query& query) { return query.statement == done.statement; });
    if (needs) {
      exchange->fail(done.error->code, done.error->log_detail);
    } else {
      others.push_back(std::move(exchange));
    }
  }
  held_.append(others);
  lane_.dispatch();
}

void Connection::lose(std::string_view why) noexcept {
  if (state_ == State::kClosed) return;
  const bool was_connected = state_ == State::kReady;
  state_ = State::kClosed;
  deadline_->stop();
  watch_.reset();
  if (connection_) PQfinish(connection_);
  connection_ = nullptr;
  ExchangeQueue without_effect;
  for (Expected& expected : in_flight_) {
    if (!expected.exchange) continue;
    if (options_.kind != SegmentKind::kWrite || expected.stale) {
      without_effect.push_back(std::move(expected.exchange));
    } else if (expected.rolled_back) {
      // An error that came before the sync settles it: the segment was rolled back.
      expected.exchange->finish(std::move(*expected.error));
    } else {
      ++lane_.figures_.failures;
      lane_.on_settled(*expected.exchange);
      expected.exchange->fail(ErrorCode::kOutcomeUnknown, why);
    }
  }
  in_flight_.clear();
  without_effect.append(held_);
  lane_.on_lost(*this, was_connected, why, without_effect);
}

}  // namespace portal::pg
