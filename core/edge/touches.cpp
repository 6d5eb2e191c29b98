#include "edge/touches.hpp"

#include <algorithm>

#include "sql/auth.hpp"
#include "sql/enter.hpp"

namespace portal::edge {
namespace {

constexpr io::Duration kBatchAfter{1000};
constexpr std::size_t kBatch = 1000;  // sessions that wait; more are noted at their next use

}  // namespace

Touches::Touches(io::Loop& loop, pg::Lane& writes)
    : loop_(loop), writes_(writes), timer_(loop_.timer(io::Callback::to<&Touches::on_timer>(this))) {}

void Touches::touch(const access::Member& member) {
  const bool noted = std::ranges::any_of(
      waiting_, [&](const access::Member& each) { return each.session_hash == member.session_hash; });
  if (noted || waiting_.size() >= kBatch) return;
  if (waiting_.empty()) timer_->start(kBatchAfter);
  waiting_.push_back(member);
}

void Touches::on_timer() noexcept {
  if (!flushing_.done()) {
    timer_->start(kBatchAfter);
    return;
  }
  try {
    flushing_ = flush(std::exchange(waiting_, {}));
    flushing_.handle().resume();
  } catch (const std::exception&) {
    // Memory is short: the sessions are noted again at their next use.
  }
}

Task<void> Touches::flush(std::vector<access::Member> members) {
  for (const access::Member& member : members) {
    const std::vector<std::string_view> permissions = member.permissions.names();
    std::vector<pg::Query> segment;
    segment.push_back(sql::enter_member(member.account_id, member.session_hash, member.membership_id, permissions));
    segment.push_back(sql::touch_session(member.account_id, member.session_hash));
    // A session that ended meanwhile needs no note, and one that could not be written is noted at its next use.
    [[maybe_unused]] const Result<std::vector<pg::Rows>> ignored = co_await writes_.run(std::move(segment));
  }
}

}  // namespace portal::edge
