#include "edge/touches.hpp"

#include <algorithm>

#include "sql/api_keys.hpp"
#include "sql/auth.hpp"
#include "sql/enter.hpp"
#include "sql/staff.hpp"

namespace portal::edge {
namespace {

constexpr io::Duration kBatchAfter{1000};
constexpr std::size_t kBatch = 1000;  // sessions that wait; more are noted at their next use

const access::SessionHash& hash_of(const access::Member& member) { return member.session_hash; }
const access::SessionHash& hash_of(const access::Staff& staff) { return staff.session_hash; }
const access::SessionHash& hash_of(const access::Key& key) { return key.key_hash; }

}  // namespace

Touches::Touches(io::Loop& loop, pg::Lane& writes)
    : loop_(loop), writes_(writes), timer_(loop_.timer(io::Callback::to<&Touches::on_timer>(this))) {}

template <class Principal>
void Touches::note(std::vector<Principal>& waiting, const Principal& principal) {
  const bool noted =
      std::ranges::any_of(waiting, [&](const Principal& each) { return hash_of(each) == hash_of(principal); });
  if (noted || waiting.size() >= kBatch) return;
  if (waiting_.empty() && waiting_staff_.empty() && waiting_keys_.empty()) timer_->start(kBatchAfter);
  waiting.push_back(principal);
}

void Touches::touch(const access::Member& member) { note(waiting_, member); }
void Touches::touch(const access::Staff& staff) { note(waiting_staff_, staff); }
void Touches::touch(const access::Key& key) { note(waiting_keys_, key); }

void Touches::on_timer() noexcept {
  if (!flushing_.done()) {
    timer_->start(kBatchAfter);
    return;
  }
  try {
    flushing_ = flush(std::exchange(waiting_, {}), std::exchange(waiting_staff_, {}), std::exchange(waiting_keys_, {}));
    flushing_.handle().resume();
  } catch (const std::exception&) {
    // Memory is short: the sessions are noted again at their next use.
  }
}

// A session that ended meanwhile needs no note, and one that could not be written is noted at its next use.
Task<void> Touches::flush(std::vector<access::Member> members, std::vector<access::Staff> staff,
                          std::vector<access::Key> keys) {
  for (const access::Member& member : members) {
    const std::vector<std::string_view> permissions = member.permissions.names();
    std::vector<pg::Query> segment;
    segment.push_back(sql::enter_member(member.account_id, member.session_hash, member.membership_id, permissions));
    segment.push_back(sql::touch_session(member.account_id, member.session_hash));
    [[maybe_unused]] const Result<std::vector<pg::Rows>> ignored = co_await writes_.run(std::move(segment));
  }
  for (const access::Staff& each : staff) {
    std::vector<pg::Query> segment;
    segment.push_back(sql::enter_staff(each.account_id, each.session_hash, access::name_of(each.role)));
    segment.push_back(sql::touch_staff_session(each.account_id, each.session_hash));
    [[maybe_unused]] const Result<std::vector<pg::Rows>> ignored = co_await writes_.run(std::move(segment));
  }
  for (const access::Key& key : keys) {
    std::vector<pg::Query> segment;
    segment.push_back(sql::enter_key(key.account_id, key.key_hash, access::name_of(key.scope)));
    segment.push_back(sql::touch_api_key(key.account_id, key.key_hash));
    [[maybe_unused]] const Result<std::vector<pg::Rows>> ignored = co_await writes_.run(std::move(segment));
  }
}

}  // namespace portal::edge
