#include "pg/lane.hpp"

#include <algorithm>

#include "pg/connection.hpp"

namespace portal::pg {
namespace {

constexpr io::Duration kFirstBackoff{100};
constexpr io::Duration kLongestBackoff{1000};
constexpr io::Duration kPatience{700};  // of segments for a connection that makes no progress
constexpr io::Duration kFirstRetry{20};
constexpr std::size_t kBusy = 4;  // segments in flight from which a further connection is opened
constexpr int kMaximumAttempts = 2;
constexpr int kMaximumConflicts = 3;

}  // namespace

void RoundTrips::add(std::chrono::microseconds time) noexcept {
  const auto taken = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
  ++count;
  microseconds += taken;
  for (std::size_t index = 0; index < kBounds.size(); ++index) up_to[index] += taken <= kBounds[index];
}

Lane::Lane(io::Loop& loop, LaneOptions options, Log& log, Pulse* pulse)
    : loop_(loop),
      options_(std::move(options)),
      log_(log),
      pulse_(pulse),
      reaper_(loop.wake(io::Callback::to<&Lane::on_reap>(this))),
      impatience_(loop.timer(io::Callback::to<&Lane::on_impatience>(this))),
      reconnect_(loop.timer(io::Callback::to<&Lane::on_reconnect>(this))),
      retry_(loop.timer(io::Callback::to<&Lane::on_retry>(this))) {
  if (pulse_) pulse_->join(*this);
}

Lane::~Lane() {
  if (pulse_) pulse_->leave(*this);
  close();
}

Lane::RunAwaiter::RunAwaiter(Lane& lane, std::vector<Query> queries, const Owner& owner)
    : lane_(lane), exchange_(std::make_shared<Exchange>()) {
  exchange_->owner = owner;
  exchange_->queries = std::move(queries);
}

Lane::RunAwaiter::~RunAwaiter() {
  if (!exchange_->finished) lane_.abandon(exchange_);
  exchange_->wake.reset();
}

bool Lane::RunAwaiter::await_suspend(std::coroutine_handle<> handle) {
  exchange_->wake = lane_.loop_.wake(
      {[](void* context) noexcept { std::coroutine_handle<>::from_address(context).resume(); }, handle.address()});
  if (Result<void> submitted = lane_.submit(exchange_); !submitted) {
    exchange_->finished = true;
    exchange_->error = std::move(submitted.error());
    return false;
  }
  return true;
}

Result<std::vector<Rows>> Lane::RunAwaiter::await_resume() {
  if (exchange_->error) return std::unexpected(std::move(*exchange_->error));
  // A statement without rows leaves an empty place, so that results keep the numbers of their queries.
  exchange_->rows.resize(exchange_->queries.size());
  return std::move(exchange_->rows);
}

Result<void> Lane::submit(std::shared_ptr<Exchange> exchange) {
  const auto refuse = [&](ErrorCode code, std::string_view why) {
    ++figures_.failures;
    Error error = Error::of(code, "lane " + options_.name + " " + std::string(why));
    if (outage_ && code == ErrorCode::kDatabaseUnavailable) {
      error.reported = true;
      ++outage_->failed;
    }
    return std::unexpected(std::move(error));
  };
  if (closing_) return refuse(ErrorCode::kDatabaseUnavailable, "is closed");
  if (is_silent()) return refuse(ErrorCode::kDatabaseUnavailable, "gets no answer from the server");
  if (hopeless_) return refuse(ErrorCode::kDatabaseUnavailable, "has no connection");
  if (queue_.size() + retrying_.size() >= options_.queue) return refuse(ErrorCode::kOverloaded, "is full");
  ++figures_.segments;
  queue_.push_back(std::move(exchange));
  dispatch();
  return {};
}

void Lane::abandon(const std::shared_ptr<Exchange>& exchange) noexcept {
  exchange->abandoned = true;
  ++figures_.abandoned;
  if (exchange->sent) return;  // its answer is drained
  queue_.remove(exchange);
  retrying_.remove(exchange);
  for (const std::unique_ptr<Connection>& connection : connections_) connection->forget_held(exchange);
}

Connection* Lane::least_busy() noexcept {
  Connection* best = nullptr;
  for (const std::unique_ptr<Connection>& connection : connections_) {
    if (connection->ready() && (!best || connection->load() < best->load())) best = connection.get();
  }
  return best;
}

bool Lane::any_ready() const noexcept {
  return std::ranges::any_of(connections_, [](const auto& connection) { return connection->ready(); });
}

bool Lane::may_open() const noexcept {
  return connections_.size() < static_cast<std::size_t>(options_.connections) && loop_.now() >= no_connect_before_ &&
         !is_silent() &&
         std::ranges::none_of(
             connections_, [](const std::unique_ptr<Connection>& connection) { return connection->connecting(); });
}

void Lane::open_connection() {
  // Room for every connection that may be lost before the reaper comes: losing one must not need memory.
  lost_.reserve(lost_.size() + connections_.size() + 1);
  connections_.push_back(std::make_unique<Connection>(loop_, *this, options_, log_));
  ++figures_.connects;
  if (!any_ready()) impatience_->start(kPatience);
  connections_.back()->connect();
}

void Lane::dispatch() noexcept {
  try {
    while (!queue_.empty() && !closing_) {
      Connection* connection = least_busy();
      if (!connection || connection->load() >= static_cast<std::size_t>(options_.depth)) break;
      if (connection->load() >= kBusy && may_open()) {
        open_connection();
        continue;  // a connection that fails at once comes back here, and may have taken what is looked at
      }
      connection->submit(queue_.pop_front());
    }
    if (!queue_.empty() && !closing_ && may_open()) open_connection();
  } catch (const std::exception& failure) {
    write_line(log_, LogLevel::kError, "lane {}: {}", options_.name, failure.what());
    if (connections_.empty()) fail_queue(ErrorCode::kOverloaded, failure.what());
  }
}

void Lane::fail(Exchange& exchange, ErrorCode code, std::string_view why) noexcept {
  ++figures_.failures;
  if (outage_) ++outage_->failed;
  exchange.fail(code, why, outage_.has_value());
}

void Lane::fail_queue(ErrorCode code, std::string_view why) noexcept {
  // What is told of it may submit again, to a queue that is empty by then.
  ExchangeQueue failing;
  failing.append(queue_);
  while (!failing.empty()) fail(*failing.pop_front(), code, why);
}

// One line when the lane cannot be used any more, and one when it can be again; not one for every request.
void Lane::note_outage(std::string_view why) noexcept {
  if (outage_ || closing_) return;
  outage_ = Outage{.since = loop_.now()};
  ++figures_.outages;
  write_line(log_, LogLevel::kError, "lane {}: PostgreSQL cannot be used: {}", options_.name, why);
}

// Workers that lost the same server do not come back in the same millisecond.
io::Duration Lane::jitter(io::Duration below) const noexcept {
  const auto now = static_cast<std::uint64_t>(loop_.now().time_since_epoch().count());
  return io::Duration((now * 0x9E3779B97F4A7C15U >> 33U) % static_cast<std::uint64_t>(std::max(below.count(), 1L)));
}

void Lane::on_progress() noexcept {
  if (!any_ready()) impatience_->start(kPatience);
}

void Lane::on_impatience() noexcept {
  if (any_ready() || connections_.empty()) return;
  hopeless_ = true;
  note_outage("no answer while connecting");
  fail_queue(ErrorCode::kDatabaseUnavailable, "no answer while connecting");
}

void Lane::on_connected(Connection& /*connection*/) noexcept {
  backoff_ = io::Duration(0);
  hopeless_ = false;
  impatience_->stop();
  reconnect_->stop();
  if (outage_) {
    const std::chrono::duration<double> lasted = loop_.now() - outage_->since;
    write_line(log_, LogLevel::kWarning, "lane {}: PostgreSQL is back after {:.1f} s, {} requests failed",
               options_.name, lasted.count(), outage_->failed);
    outage_.reset();
  }
  dispatch();
}

void Lane::on_lost(Connection& connection, bool was_connected, std::string_view why,
                   ExchangeQueue& without_effect) noexcept {
  const auto found = std::ranges::find_if(
      connections_, [&](const std::unique_ptr<Connection>& each) { return each.get() == &connection; });
  if (found != connections_.end()) {
    lost_.push_back(std::move(*found));
    connections_.erase(found);
    reaper_->post();
  }
  if (!was_connected) {
    backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
    no_connect_before_ = loop_.now() + backoff_ + jitter(backoff_ / 4);
  }
  if (!any_ready()) {
    note_outage(why);
  } else if (!outage_ && !closing_) {
    write_line(log_, LogLevel::kWarning, "lane {}: a connection was lost: {}", options_.name, why);
  }
  resubmit(without_effect);
  if (closing_) return;
  if (connections_.empty()) {
    impatience_->stop();
    hopeless_ = hopeless_ || !was_connected;
    if (hopeless_ || is_silent()) fail_queue(ErrorCode::kDatabaseUnavailable, why);
    // Nobody has to ask for it: a lane that was in use looks by itself whether the server is back.
    const auto wait = std::chrono::ceil<io::Duration>(no_connect_before_ - loop_.now());
    reconnect_->start(std::max(wait, io::Duration(1)));
  }
  dispatch();
}

void Lane::on_reconnect() noexcept {
  if (!connections_.empty() || closing_ || is_silent()) return;
  try {
    open_connection();
  } catch (const std::exception& failure) {
    write_line(log_, LogLevel::kError, "lane {}: {}", options_.name, failure.what());
    reconnect_->start(kLongestBackoff);
  }
}

void Lane::on_silence() noexcept {
  if (connections_.empty()) return;
  note_outage("no answer from the server");
  while (!connections_.empty()) connections_.back()->lose("no answer from the server");
}

void Lane::on_heard_again() noexcept {
  if (!outage_) return;
  backoff_ = io::Duration(0);
  no_connect_before_ = loop_.now();
  on_reconnect();
}

void Lane::resubmit(ExchangeQueue& exchanges) noexcept {
  ExchangeQueue again;
  while (!exchanges.empty()) {
    std::shared_ptr<Exchange> exchange = exchanges.pop_front();
    if (exchange->abandoned || exchange->finished) continue;
    if (exchange->attempts >= kMaximumAttempts || closing_ || is_silent()) {
      fail(*exchange, ErrorCode::kDatabaseUnavailable, closing_ ? "closing" : "the connection was lost");
      continue;
    }
    if (exchange->sent) ++figures_.retries;
    exchange->sent = false;
    exchange->rows.clear();
    again.push_back(std::move(exchange));
  }
  queue_.prepend(again);
}

bool Lane::may_retry(const Exchange& exchange) const noexcept {
  // With one at a time whoever waits for a row keeps everybody from passing: who asked decides when to ask again.
  return options_.depth > 1 && !exchange.abandoned && !closing_ && exchange.conflicts < kMaximumConflicts;
}

void Lane::retry_later(std::shared_ptr<Exchange> exchange) noexcept {
  const io::Duration pause = kFirstRetry * (1 << exchange->conflicts);
  ++exchange->conflicts;
  ++figures_.retries;
  exchange->sent = false;
  exchange->rows.clear();
  exchange->attempts = 0;
  exchange->retry_at = loop_.now() + pause + jitter(pause);
  retrying_.push_back(std::move(exchange));
  on_retry();
}

void Lane::on_retry() noexcept {
  const io::MonotonicTime now = loop_.now();
  io::MonotonicTime next = io::MonotonicTime::max();
  bool due = false;
  for (std::size_t left = retrying_.size(); left > 0; --left) {
    std::shared_ptr<Exchange> exchange = retrying_.pop_front();
    if (exchange->retry_at <= now) {
      queue_.push_back(std::move(exchange));
      due = true;
    } else {
      next = std::min(next, exchange->retry_at);
      retrying_.push_back(std::move(exchange));
    }
  }
  if (!retrying_.empty()) retry_->start(std::chrono::ceil<io::Duration>(next - now));
  if (due) dispatch();
}

void Lane::on_reap() noexcept { lost_.clear(); }

LaneFigures Lane::figures() const {
  LaneFigures figures = figures_;
  figures.queued = queue_.size() + retrying_.size();
  for (const std::unique_ptr<Connection>& connection : connections_) {
    if (connection->ready()) ++figures.connections_open;
    figures.in_flight += static_cast<int>(connection->load());
  }
  return figures;
}

void Lane::close() noexcept {
  closing_ = true;
  for (const std::unique_ptr<io::Timer>* timer : {&impatience_, &reconnect_, &retry_}) (*timer)->stop();
  while (!connections_.empty()) connections_.back()->lose("closing");
  queue_.append(retrying_);
  fail_queue(ErrorCode::kDatabaseUnavailable, "closing");
  lost_.clear();
}

}  // namespace portal::pg
