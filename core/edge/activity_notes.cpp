#include "edge/activity_notes.hpp"

#include <utility>

#include "sql/activity.hpp"
#include "sql/enter.hpp"

namespace portal::edge {
namespace {

constexpr io::Duration kBatchAfter{100};
// Over it notes are lost: the database is away, or somebody floods it with what the throttle lets through.
constexpr std::size_t kBatch = 1000;

}  // namespace

ActivityNotes::ActivityNotes(io::Loop& loop, pg::Lane& writes)
    : loop_(loop), writes_(writes), timer_(loop_.timer(io::Callback::to<&ActivityNotes::on_timer>(this))) {}

bool ActivityNotes::has_room() const { return opened_.size() + failures_.size() < kBatch; }

void ActivityNotes::wake_later() {
  if (opened_.size() + failures_.size() == 1) timer_->start(kBatchAfter);
}

void ActivityNotes::note_opened(const access::Member& member, std::string_view kind, std::int64_t id) {
  if (!has_room()) return;
  opened_.push_back({.member = member, .kind = kind, .id = id});
  wake_later();
}

void ActivityNotes::note_sign_in_failure(std::int64_t account_id, std::string_view kind, std::int64_t id) {
  if (!has_room()) return;
  failures_.push_back({.account_id = account_id, .kind = kind, .id = id});
  wake_later();
}

void ActivityNotes::on_timer() noexcept {
  if (!flushing_.done()) {
    timer_->start(kBatchAfter);
    return;
  }
  try {
    flushing_ = flush(std::exchange(opened_, {}), std::exchange(failures_, {}));
    flushing_.handle().resume();
  } catch (const std::exception&) {
    // Memory is short, and these notes are lost.
  }
}

Task<void> ActivityNotes::flush(std::vector<Opened> opened, std::vector<Failure> failures) {
  for (const Opened& each : opened) {
    const access::Member& member = each.member;
    const std::vector<std::string_view> permissions = member.permissions.names();
    std::vector<pg::Query> segment;
    segment.push_back(sql::enter_member(member.account_id, member.session_hash, member.membership_id, permissions));
    segment.push_back(sql::record_activity(member.account_id, "document_opened", member.client_id, member.membership_id,
                                           each.kind, each.id, "{}"));
    [[maybe_unused]] const Result<std::vector<pg::Rows>> ignored = co_await writes_.run(std::move(segment));
  }
  for (const Failure& each : failures) {
    std::vector<pg::Query> segment;
    segment.push_back(sql::enter_anonymous(each.account_id, {}));
    segment.push_back(sql::note_sign_in_failure(each.account_id, each.kind, each.id));
    [[maybe_unused]] const Result<std::vector<pg::Rows>> ignored = co_await writes_.run(std::move(segment));
  }
}

}  // namespace portal::edge
