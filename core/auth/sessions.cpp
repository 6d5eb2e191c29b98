#include "auth/sessions.hpp"

#include "auth/load_session.hpp"

namespace portal::auth {

// A request that waits for the end of a look-up. It may go at any time; a look-up for which nobody waits any more is
// given up, except while Redis is asked, which would cost the worker its connection.
class Sessions::Landing {
 public:
  Landing(Sessions& sessions, std::shared_ptr<Flight> flight) : sessions_(sessions), flight_(std::move(flight)) {
    flight_->waiting.push_back(this);
  }
  Landing(const Landing&) = delete;
  Landing& operator=(const Landing&) = delete;
  ~Landing() {
    std::erase(flight_->waiting, this);
    const bool wanted = flight_->result || flight_->asks_redis || !flight_->waiting.empty();
    if (!wanted) sessions_.flights_.erase(flight_->key);
  }

  bool await_ready() const noexcept { return flight_->result.has_value(); }
  void await_suspend(std::coroutine_handle<> handle) {
    wake_ = sessions_.loop_.wake(
        {[](void* context) noexcept { std::coroutine_handle<>::from_address(context).resume(); }, handle.address()});
  }
  Result<FoundSession> await_resume() const { return *flight_->result; }

  void wake() const noexcept {
    if (wake_) wake_->post();
  }

 private:
  Sessions& sessions_;
  std::shared_ptr<Flight> flight_;
  std::unique_ptr<io::Wake> wake_;
};

Sessions::Sessions(io::Loop& loop, std::size_t remembered, SessionCache* cache)
    : loop_(loop),
      memory_(remembered),
      cache_(cache),
      reaper_(loop.wake(io::Callback::to<&Sessions::on_landed>(this))) {}

Task<Result<FoundSession>> Sessions::look_up(access::AnonymousDatabase database, access::SessionHash hash) {
  const Key key{database.account_id(), hash};
  const auto found = flights_.find(key);
  const bool started = found == flights_.end();
  const std::shared_ptr<Flight> flight = started ? std::make_shared<Flight>() : found->second;
  flight->key = key;
  // First, because it also ends what could not be begun for want of memory.
  Landing landing(*this, flight);
  if (started) {
    flights_.emplace(key, flight);
    flight->task = fly(flight.get(), database);
    flight->task.handle().resume();
  }
  Result<FoundSession> result = co_await landing;
  if (started) co_return result;
  // What was read for somebody else may be older than this request.
  if (!result && result.error().code == ErrorCode::kNotSignedIn) co_return co_await read(database, hash);
  if (result) result->fresh = false;
  co_return result;
}

Task<void> Sessions::fly(Flight* flight, access::AnonymousDatabase database) {
  try {
    flight->result = co_await ask(flight, database);
  } catch (const std::exception&) {
    flight->result = fail(ErrorCode::kOverloaded);
  }
  land(*flight);
}

Task<Result<FoundSession>> Sessions::ask(Flight* flight, access::AnonymousDatabase database) {
  const access::SessionHash hash = flight->key.second;
  if (cache_) {
    flight->asks_redis = true;
    const std::optional<access::Member> cached = co_await cache_->find(database.account_id(), hash);
    flight->asks_redis = false;
    if (cached) {
      memory_.remember(*cached);
      co_return FoundSession{.member = *cached, .fresh = false};
    }
    if (flight->waiting.empty()) co_return fail(ErrorCode::kOverloaded, "nobody waits");
  }
  co_return co_await read(database, hash);
}

Task<Result<FoundSession>> Sessions::read(access::AnonymousDatabase database, access::SessionHash hash) {
  Result<access::Member> loaded = co_await load_member(database, hash);
  if (!loaded) {
    memory_.forget(hash);
    co_return fail(std::move(loaded.error()));
  }
  remember(*loaded);
  co_return FoundSession{.member = *loaded, .fresh = true};
}

void Sessions::land(Flight& flight) noexcept {
  for (const Landing* landing : flight.waiting) landing->wake();
  landed_.insert(flights_.extract(flight.key));
  reaper_->post();
}

void Sessions::remember(const access::Member& member) {
  memory_.remember(member);
  if (cache_) cache_->store(member);
}

void Sessions::forget(const access::SessionHash& hash) noexcept {
  memory_.forget(hash);
  if (cache_) cache_->remove(hash);
}

}  // namespace portal::auth
