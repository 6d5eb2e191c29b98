// The open event streams of a worker: who follows, and what has changed for whom. An event names what to ask for anew
// and holds nothing of it. Whatever puts a session in doubt holds its streams' events back until `enter` has confirmed
// it, so that nobody is told of anything that was committed after the session's end (docs/architecture/live.md).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "access/database.hpp"
#include "access/principal.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "cache/changes.hpp"
#include "http/response.hpp"
#include "io/loop.hpp"
#include "live/pending.hpp"

namespace portal::live {

struct StreamFigures {
  std::uint64_t open = 0;
  std::uint64_t opened = 0;
  std::uint64_t refused = 0;                               // too many of a member, or of all
  std::uint64_t checks = 0;                                // sessions that were looked at again
  std::array<std::uint64_t, kEventNames.size()> events{};  // that were written, by Event
};

class Streams;
class Stream;

namespace detail {
using Streamers = std::list<Stream*>;  // every stream is in one of them, and moves without needing memory
using Clients = std::pair<std::int64_t, std::int64_t>;  // account and client
using Audiences = std::map<Clients, std::vector<Stream*>>;
}  // namespace detail

class Stream final : public http::EventStream {
 public:
  // By Streams::open.
  Stream(Streams& streams, const access::Member& member);
  ~Stream() override;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // `enter` has let the member in, and his session ends by itself after so long.
  void confirm(std::chrono::seconds remaining) noexcept;

  void attach(io::Callback on_ready) noexcept override;
  Piece take(std::span<char> room) noexcept override;
  bool is_over() const noexcept override { return over_; }

 private:
  friend class Streams;

  enum class State : std::uint8_t {
    kOpening,   // `enter` has not answered yet
    kQuiet,     // nothing to tell, or the client does not read
    kReady,     // to be told
    kDoubtful,  // its session is to be looked at
    kChecking,  // its session is being looked at
  };
  bool held() const noexcept {
    return state_ == State::kOpening || state_ == State::kDoubtful || state_ == State::kChecking;
  }

  Streams& streams_;
  access::Member member_;
  io::Callback on_ready_;
  Pending pending_;
  io::MonotonicTime ends_at_{};
  detail::Streamers::iterator place_;
  detail::Audiences::iterator audience_;
  std::uint32_t audience_index_ = 0;
  std::uint32_t slot_ = 0;
  State state_ = State::kOpening;
  bool doubted_again_ = false;     // while it was being looked at
  bool ends_with_session_ = true;  // and not only to be opened again
  bool over_ = false;
};

class Streams final : public cache::ChangeObserver {
 public:
  // At most so many, of all members together.
  Streams(io::Loop& loop, access::Lanes lanes, std::size_t most);
  // Every stream was destroyed before.
  ~Streams() override;

  // Follows from now on, and holds back what it hears until confirm(). kTooManyRequests, kOverloaded.
  Result<std::shared_ptr<Stream>> open(const access::Member& member);
  // The worker is to go: all streams end within that time, each at another moment, so that their clients do not come
  // back all at once.
  void leave(io::Duration within) noexcept;

  void on_change(const cache::Change& change) noexcept override;
  void on_gap() noexcept override;

  const StreamFigures& figures() const { return figures_; }

  static constexpr io::Duration kHeartbeat{20'000};
  static constexpr io::Duration kLongest{60 * 60 * 1000};  // then a client opens another one

 private:
  friend class Stream;
  using State = Stream::State;

  // When something is to be done for a stream besides what others change.
  struct Slot {
    Stream* stream;
    io::MonotonicTime due;
  };
  // One session that is looked at; for all its streams.
  struct Check {
    access::Member member;
    Result<std::vector<pg::Rows>> answer = fail(ErrorCode::kDatabaseUnavailable);
    bool finished = false;
    Task<void> task;  // last: its frame uses everything above
  };

  void add(Stream& stream);
  void remove(Stream& stream) noexcept;
  void move(Stream& stream, State state) noexcept;
  detail::Streamers& list_of(State state) noexcept { return lists_[static_cast<std::size_t>(state)]; }
  void doubt(Stream& stream) noexcept;
  void announce(Stream& stream) noexcept;
  template <class Do>
  void each(std::int64_t account_id, std::int64_t client_id, Do act) noexcept;
  std::size_t count(const access::Member& member) const noexcept;

  void on_tick() noexcept;
  void serve(Slot& slot, io::MonotonicTime now) noexcept;
  void on_deliver() noexcept;
  void schedule_delivery() noexcept;
  void start_checks() noexcept;
  Task<void> look(Check* check);
  void on_looked() noexcept;
  void conclude(const Check& check) noexcept;
  static std::optional<std::chrono::seconds> remaining(const Check& check);

  io::Loop& loop_;
  access::Lanes lanes_;
  std::size_t most_;
  StreamFigures figures_;
  std::array<detail::Streamers, 5> lists_;  // by State
  detail::Audiences audiences_;
  std::vector<Slot> slots_;
  std::unique_ptr<io::Timer> ticker_;
  std::unique_ptr<io::Timer> delivery_;
  std::unique_ptr<io::Wake> looked_;
  io::MonotonicTime delivered_at_{};
  io::MonotonicTime left_at_{};
  bool delivering_ = false;
  bool ticking_ = false;
  bool leaving_ = false;
  bool checks_wait_ = false;  // for the next tick
  std::list<Check> checks_;   // last: their frames use everything above
};

}  // namespace portal::live
