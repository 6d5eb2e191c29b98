#include "pg/lane.hpp"

#include <algorithm>

#include "pg/connection.hpp"

namespace portal::pg {
namespace {

constexpr io::Duration kFirstBackoff{100};
constexpr io::Duration kLongestBackoff{1000};
constexpr std::size_t kBusy = 4;  // segments in flight from which a further connection is opened
constexpr int kMaximumAttempts = 2;

}  // namespace

void Exchange::finish(std::optional<Error> failure) noexcept {
  if (finished) return;
  finished = true;
  error = std::move(failure);
  if (error) rows.clear();
  if (!abandoned && wake) wake->post();
}

Lane::Lane(io::Loop& loop, LaneOptions options, Log& log)
    : loop_(loop),
      options_(std::move(options)),
      log_(log),
      reaper_(loop.wake(io::Callback::to<&Lane::on_reap>(this))) {}

Lane::~Lane() { close(); }

Lane::RunAwaiter::RunAwaiter(Lane& lane, std::vector<Query> queries)
    : lane_(lane), exchange_(std::make_shared<Exchange>()) {
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
  if (closing_) return fail(ErrorCode::kDatabaseUnavailable, "the lane is closed");
  if (queue_.size() >= options_.queue) return fail(ErrorCode::kOverloaded, "lane " + options_.name + " is full");
  if (connections_.empty() && loop_.now() < no_connect_before_) {
    ++figures_.failures;
    return fail(ErrorCode::kDatabaseUnavailable, "lane " + options_.name + " waits before it connects again");
  }
  ++figures_.segments;
  queue_.push_back(std::move(exchange));
  dispatch();
  return {};
}

void Lane::abandon(const std::shared_ptr<Exchange>& exchange) noexcept {
  exchange->abandoned = true;
  ++figures_.abandoned;
  if (exchange->sent) return;  // its answer is drained
  std::erase(queue_, exchange);
  for (const std::unique_ptr<Connection>& connection : connections_) connection->forget_held(exchange);
}

Connection* Lane::least_busy() noexcept {
  Connection* best = nullptr;
  for (const std::unique_ptr<Connection>& connection : connections_) {
    if (connection->ready() && (!best || connection->load() < best->load())) best = connection.get();
  }
  return best;
}

bool Lane::may_open() const noexcept {
  return connections_.size() < static_cast<std::size_t>(options_.connections) && loop_.now() >= no_connect_before_ &&
         std::ranges::none_of(
             connections_, [](const std::unique_ptr<Connection>& connection) { return connection->connecting(); });
}

void Lane::open_connection() {
  ++figures_.connects;
  connections_.push_back(std::make_unique<Connection>(loop_, *this, options_, log_));
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
      std::shared_ptr<Exchange> exchange = std::move(queue_.front());
      queue_.pop_front();
      connection->submit(exchange);
    }
    if (!queue_.empty() && !closing_ && may_open()) open_connection();
  } catch (const std::exception& failure) {
    log_.write(LogLevel::kError, "lane " + options_.name + ": " + failure.what());
  }
}

void Lane::on_connected(Connection& /*connection*/) noexcept {
  backoff_ = io::Duration(0);
  dispatch();
}

void Lane::on_lost(Connection& connection, bool was_connected) noexcept {
  const auto found = std::ranges::find_if(
      connections_, [&](const std::unique_ptr<Connection>& each) { return each.get() == &connection; });
  if (found != connections_.end()) {
    lost_.push_back(std::move(*found));
    connections_.erase(found);
    reaper_->post();
  }
  if (!was_connected) {
    backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
    // Workers that lost the same server do not come back in the same millisecond.
    const auto jitter = io::Duration(loop_.now().time_since_epoch().count() / 1000 % (backoff_.count() / 4));
    no_connect_before_ = loop_.now() + backoff_ + jitter;
  }
  if (connections_.empty() && loop_.now() < no_connect_before_) {
    std::deque<std::shared_ptr<Exchange>> queue;
    queue.swap(queue_);
    for (const std::shared_ptr<Exchange>& exchange : queue) {
      ++figures_.failures;
      exchange->finish(Error::of(ErrorCode::kDatabaseUnavailable, "lane " + options_.name + " cannot connect"));
    }
    return;
  }
  dispatch();
}

void Lane::resubmit(std::shared_ptr<Exchange> exchange) noexcept {
  if (exchange->abandoned || exchange->finished) return;
  if (exchange->attempts >= kMaximumAttempts || closing_) {
    ++figures_.failures;
    exchange->finish(Error::of(ErrorCode::kDatabaseUnavailable, "lane " + options_.name + " lost its connection"));
    return;
  }
  exchange->sent = false;
  exchange->rows.clear();
  queue_.push_front(std::move(exchange));
}

void Lane::on_reap() noexcept { lost_.clear(); }

LaneFigures Lane::figures() const {
  LaneFigures figures = figures_;
  figures.queued = queue_.size();
  for (const std::unique_ptr<Connection>& connection : connections_) {
    if (connection->ready()) ++figures.connections_open;
    figures.in_flight += static_cast<int>(connection->load());
  }
  return figures;
}

void Lane::close() noexcept {
  closing_ = true;
  while (!connections_.empty()) connections_.back()->lose("closing");
  for (const std::shared_ptr<Exchange>& exchange : queue_)
    exchange->finish(Error::of(ErrorCode::kDatabaseUnavailable, "closing"));
  queue_.clear();
  lost_.clear();
}

}  // namespace portal::pg
