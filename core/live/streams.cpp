#include "live/streams.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "sql/stream.hpp"

namespace portal::live {
namespace {

constexpr io::Duration kTick{250};
// What changes many times in a moment is told once.
constexpr io::Duration kBetweenDeliveries{50};
constexpr std::size_t kAtOnce = 256;  // streams that are written to before others have their turn
constexpr std::size_t kChecksAtOnce = 16;
constexpr std::uint32_t kComeBackSeconds = 5;

io::Duration jitter(io::Duration most) {
  return io::Duration(static_cast<std::int64_t>(random_below(static_cast<std::uint64_t>(most.count()) + 1)));
}

bool may_see_jobs(const access::Permissions& permissions) {
  return permissions.has_any({access::Permission::kViewJobStatus, access::Permission::kViewCompletedJobs});
}

bool is_same_session(const access::Member& left, const access::Member& right) {
  return left.membership_id == right.membership_id && left.session_hash == right.session_hash &&
         left.permissions == right.permissions;
}

}  // namespace

Stream::Stream(Streams& streams, const access::Member& member) : streams_(streams), member_(member) {
  streams_.add(*this);
}

Stream::~Stream() { streams_.remove(*this); }

void Stream::confirm(std::chrono::seconds remaining) noexcept {
  const io::MonotonicTime now = streams_.loop_.now();
  ends_at_ = now + remaining;
  ends_with_session_ = true;
  const io::MonotonicTime longest = now + Streams::kLongest - jitter(Streams::kLongest / 4);
  if (longest < ends_at_) {
    ends_at_ = longest;
    ends_with_session_ = false;
  }
  pending_.add_retry();
  // What was read before may have changed meanwhile.
  pending_.add(Event::kResync);
  if (streams_.leaving_ && streams_.left_at_ < ends_at_) {
    ends_at_ = streams_.left_at_;
    ends_with_session_ = false;
  }
  streams_.slots_[slot_].due = std::min(ends_at_, now + Streams::kHeartbeat / 2 + jitter(Streams::kHeartbeat / 2));
  streams_.move(*this, State::kQuiet);
  if (!doubted_again_) return;
  doubted_again_ = false;
  streams_.doubt(*this);
  streams_.start_checks();
}

void Stream::attach(io::Callback on_ready) noexcept {
  on_ready_ = on_ready;
  if (!held() && !pending_.empty()) streams_.announce(*this);
}

http::EventStream::Piece Stream::take(std::span<char> room) noexcept {
  if (held()) return {.bytes = pending_.write_heartbeat(room)};
  Piece piece{.bytes = pending_.write(
                  room, [this](Event event) { ++streams_.figures_.events[static_cast<std::size_t>(event)]; })};
  piece.is_last = over_ && pending_.empty();
  if (piece.bytes > 0 && !over_) {
    const io::MonotonicTime next = streams_.loop_.now() + Streams::kHeartbeat;
    streams_.slots_[slot_].due = std::min(ends_at_, next);
  }
  return piece;
}

Streams::Streams(io::Loop& loop, access::Lanes lanes, std::size_t most)
    : loop_(loop),
      lanes_(lanes),
      most_(most),
      ticker_(loop.timer(io::Callback::to<&Streams::on_tick>(this))),
      delivery_(loop.timer(io::Callback::to<&Streams::on_deliver>(this))),
      looked_(loop.wake(io::Callback::to<&Streams::on_looked>(this))) {}

Streams::~Streams() = default;

Result<std::shared_ptr<Stream>> Streams::open(const access::Member& member) {
  const bool gone = leaving_ && loop_.now() + kTick >= left_at_;
  if (figures_.open >= most_ || gone || count(member) >= limits::kStreamsPerMember) {
    ++figures_.refused;
    const bool by_member = figures_.open < most_ && !gone;
    Error error = Error::of(by_member ? ErrorCode::kTooManyRequests : ErrorCode::kOverloaded, "event streams");
    error.retry_after_seconds =
        gone ? 1 : kComeBackSeconds + static_cast<std::uint32_t>(random_below(kComeBackSeconds));
    error.reported = true;  // it is the limit that the operator chose, and the gauge shows it
    return fail(std::move(error));
  }
  return std::make_shared<Stream>(*this, member);
}

std::size_t Streams::count(const access::Member& member) const noexcept {
  std::size_t streams = 0;
  const auto found = audiences_.find({member.account_id, member.client_id});
  if (found == audiences_.end()) return 0;
  for (const Stream* each : found->second) streams += each->member_.member_id == member.member_id ? 1 : 0;
  return streams;
}

void Streams::add(Stream& stream) {
  const auto [audience, made] = audiences_.try_emplace({stream.member_.account_id, stream.member_.client_id});
  try {
    slots_.reserve(slots_.size() + 1 > slots_.capacity() ? slots_.capacity() * 2 + 64 : slots_.size());
    list_of(State::kOpening).push_front(&stream);
    stream.place_ = list_of(State::kOpening).begin();
    audience->second.push_back(&stream);
  } catch (...) {
    if (!list_of(State::kOpening).empty() && list_of(State::kOpening).front() == &stream)
      list_of(State::kOpening).pop_front();
    if (audience->second.empty()) audiences_.erase(audience);
    throw;
  }
  stream.audience_ = audience;
  stream.audience_index_ = static_cast<std::uint32_t>(audience->second.size() - 1);
  stream.slot_ = static_cast<std::uint32_t>(slots_.size());
  slots_.push_back({&stream, io::MonotonicTime::max()});
  ++figures_.open;
  ++figures_.opened;
  if (!ticking_) {
    ticking_ = true;
    ticker_->start(kTick);
  }
}

void Streams::remove(Stream& stream) noexcept {
  lists_[static_cast<std::size_t>(stream.state_)].erase(stream.place_);
  std::vector<Stream*>& others = stream.audience_->second;
  others[stream.audience_index_] = others.back();
  others[stream.audience_index_]->audience_index_ = stream.audience_index_;
  others.pop_back();
  if (others.empty()) audiences_.erase(stream.audience_);
  slots_[stream.slot_] = slots_.back();
  slots_[stream.slot_].stream->slot_ = stream.slot_;
  slots_.pop_back();
  --figures_.open;
}

void Streams::move(Stream& stream, State state) noexcept {
  detail::Streamers& to = list_of(state);
  to.splice(to.end(), list_of(stream.state_), stream.place_);
  stream.state_ = state;
}

template <class Do>
void Streams::each(std::int64_t account_id, std::int64_t client_id, Do act) noexcept {
  auto audience = audiences_.lower_bound({account_id, client_id});
  for (; audience != audiences_.end() && audience->first.first == account_id; ++audience) {
    if (client_id != 0 && audience->first.second != client_id) return;
    for (Stream* stream : audience->second) act(*stream);
  }
}

void Streams::doubt(Stream& stream) noexcept {
  if (stream.over_) return;
  if (stream.state_ == State::kOpening || stream.state_ == State::kChecking)
    stream.doubted_again_ = true;
  else
    move(stream, State::kDoubtful);
}

void Streams::announce(Stream& stream) noexcept {
  if (stream.state_ != State::kQuiet) return;
  move(stream, State::kReady);
  schedule_delivery();
}

void Streams::on_change(const cache::Change& change) noexcept {
  using enum cache::ChangeKind;
  bool doubtful = false;
  each(change.account_id, change.kind == kMembership ? 0 : change.client_id, [&](Stream& stream) {
    const access::Member& member = stream.member_;
    switch (change.kind) {
      case kAccount:
        // Stands for anything in the account, the end of somebody's rights among it.
        stream.pending_.add(Event::kResync);
        doubt(stream);
        break;
      case kMembership:
        if (change.id != 0 && change.id != member.membership_id) return;
        if (change.id == 0 && change.client_id != 0 && change.client_id != member.client_id) return;
        stream.pending_.add(Event::kSettings);  // his name, or those for whom he can act
        doubt(stream);
        break;
      case kJobs:
        if (!may_see_jobs(member.permissions)) return;
        stream.pending_.add_job(change.id);
        break;
      case kDocuments:
        if (!member.permissions.has(access::Permission::kViewDocuments)) return;
        stream.pending_.add(Event::kDocuments);
        break;
      case kSites:
        stream.pending_.add(Event::kSites);
        break;
      case kInvoices:
        if (!member.permissions.has(access::Permission::kViewInvoices)) return;
        stream.pending_.add(Event::kInvoices);
        break;
      case kRequests:
        if (!member.permissions.has(access::Permission::kCreateWorkRequests)) return;
        stream.pending_.add(Event::kWorkRequests);
        break;
      case kQuotes:
        if (!member.permissions.has(access::Permission::kAcceptQuotes)) return;
        stream.pending_.add(Event::kQuotes);
        break;
      case kSettings:
      case kClient:
        stream.pending_.add(Event::kSettings);
        break;
    }
    doubtful = doubtful || stream.state_ == State::kDoubtful;
    announce(stream);
  });
  if (doubtful) start_checks();
}

void Streams::on_gap() noexcept {
  for (Slot& slot : slots_) {
    slot.stream->pending_.add(Event::kResync);
    doubt(*slot.stream);
  }
  // At the next tick: a listener that is lost is mostly back by then, which is another gap.
  checks_wait_ = true;
}

void Streams::leave(io::Duration within) noexcept {
  if (leaving_) return;
  leaving_ = true;
  const io::MonotonicTime now = loop_.now();
  left_at_ = now + within;
  for (Slot& slot : slots_) {
    if (slot.stream->state_ == State::kOpening) continue;
    const io::MonotonicTime end = now + jitter(within);
    if (end >= slot.stream->ends_at_) continue;
    slot.stream->ends_at_ = end;
    slot.stream->ends_with_session_ = false;
    slot.due = std::min(slot.due, end);
  }
}

void Streams::on_tick() noexcept {
  const io::MonotonicTime now = loop_.now();
  // Whoever is told may go meanwhile, and then the last one stands in his place.
  for (std::size_t index = 0; index < slots_.size();) {
    Stream* const stream = slots_[index].stream;
    if (slots_[index].due <= now) serve(slots_[index], now);
    if (index < slots_.size() && slots_[index].stream == stream) ++index;
  }
  checks_wait_ = false;
  start_checks();
  ticking_ = !slots_.empty();
  if (ticking_) ticker_->start(kTick);
}

void Streams::serve(Slot& slot, io::MonotonicTime now) noexcept {
  Stream& stream = *slot.stream;
  slot.due = now + kHeartbeat;
  if (stream.over_) return;
  if (stream.ends_at_ <= now) {
    stream.over_ = true;
    // What was held back is told by the next one's beginning.
    if (stream.held()) stream.pending_ = {};
    if (stream.ends_with_session_) stream.pending_.add(Event::kEnded);
    if (stream.state_ != State::kQuiet) move(stream, State::kQuiet);
  } else {
    stream.pending_.add_heartbeat();
    slot.due = std::min(slot.due, stream.ends_at_);
  }
  stream.on_ready_();
}

void Streams::schedule_delivery() noexcept {
  if (delivering_) return;
  delivering_ = true;
  const auto since = std::chrono::duration_cast<io::Duration>(loop_.now() - delivered_at_);
  delivery_->start(std::clamp(kBetweenDeliveries - since, io::Duration(0), kBetweenDeliveries));
}

void Streams::on_deliver() noexcept {
  delivering_ = false;
  for (std::size_t told = 0; told < kAtOnce && !list_of(State::kReady).empty(); ++told) {
    Stream& stream = *list_of(State::kReady).front();
    move(stream, State::kQuiet);
    stream.on_ready_();
  }
  if (list_of(State::kReady).empty()) {
    delivered_at_ = loop_.now();
  } else {
    delivering_ = true;
    delivery_->start(io::Duration(1));
  }
}

void Streams::start_checks() noexcept {
  while (!checks_wait_ && checks_.size() < kChecksAtOnce && !list_of(State::kDoubtful).empty()) {
    const Stream& first = *list_of(State::kDoubtful).front();
    try {
      Check& check = checks_.emplace_back(Check{.member = first.member_, .task = {}});
      for (Stream* stream : first.audience_->second) {
        if (stream->state_ == State::kDoubtful && is_same_session(stream->member_, check.member))
          move(*stream, State::kChecking);
      }
      ++figures_.checks;
      check.task = look(&check);
      check.task.handle().resume();
    } catch (const std::exception&) {
      checks_wait_ = true;  // until the next tick
      if (!checks_.empty() && !checks_.back().task.handle()) {
        checks_.back().finished = true;
        looked_->post();
      }
    }
  }
}

Task<void> Streams::look(Check* check) {
  try {
    const access::Member& member = check->member;
    access::MemberDatabase database(lanes_, member);  // whoever only leaves a page open does not use his session
    std::vector<pg::Query> queries;
    queries.push_back(sql::get_session_lifetime(member.account_id, member.session_hash));
    check->answer = co_await database.read(std::move(queries));
  } catch (const std::exception& failure) {
    check->answer = fail(ErrorCode::kOverloaded);
  }
  check->finished = true;
  looked_->post();
}

void Streams::on_looked() noexcept {
  for (auto check = checks_.begin(); check != checks_.end();) {
    if (!check->finished) {
      ++check;
      continue;
    }
    conclude(*check);
    check = checks_.erase(check);
  }
  start_checks();
}

void Streams::conclude(const Check& check) noexcept {
  const bool over = !check.answer && (check.answer.error().code == ErrorCode::kNotSignedIn ||
                                      check.answer.error().code == ErrorCode::kPrincipalChanged);
  std::optional<std::chrono::seconds> remains = check.answer ? remaining(check) : std::nullopt;
  if (!over && !remains) checks_wait_ = true;
  const io::MonotonicTime now = loop_.now();
  each(check.member.account_id, check.member.client_id, [&](Stream& stream) {
    if (stream.state_ != State::kChecking || !is_same_session(stream.member_, check.member)) return;
    const bool again = std::exchange(stream.doubted_again_, false);
    if (over) {
      stream.over_ = true;
      stream.pending_.add(Event::kEnded);
    } else if (!remains || again) {
      move(stream, State::kDoubtful);
      return;
    } else if (now + *remains < stream.ends_at_) {
      stream.ends_at_ = now + *remains;
      stream.ends_with_session_ = true;
      slots_[stream.slot_].due = std::min(slots_[stream.slot_].due, stream.ends_at_);
    }
    move(stream, State::kQuiet);
    if (!stream.pending_.empty()) announce(stream);
  });
}

std::optional<std::chrono::seconds> Streams::remaining(const Check& check) {
  if (check.answer->front().empty()) return std::nullopt;
  return std::chrono::seconds(sql::GetSessionLifetimeRow::decode(check.answer->front()[0]).remaining_seconds);
}

}  // namespace portal::live
