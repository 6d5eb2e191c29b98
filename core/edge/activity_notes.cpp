#include "edge/activity_notes.hpp"

#include <utility>

#include "crypto/digest.hpp"
#include "sql/activity.hpp"
#include "sql/enter.hpp"

namespace portal::edge {
namespace {

constexpr io::Duration kBatchAfter{100};
// Over it notes are lost: the database is away, or somebody floods it with what the throttle lets through.
constexpr std::size_t kBatch = 1000;
constexpr io::Duration kPartsFollowFor{60 * 60 * 1000};
constexpr std::size_t kRemembered = 1000;

}  // namespace

ActivityNotes::ActivityNotes(io::Loop& loop, pg::Lane& writes)
    : loop_(loop),
      writes_(writes),
      noted_(kRemembered),
      timer_(loop_.timer(io::Callback::to<&ActivityNotes::on_timer>(this))) {}

bool ActivityNotes::has_room() const { return opened_.size() + failures_.size() < kBatch; }

void ActivityNotes::wake_later() {
  if (opened_.size() + failures_.size() == 1) timer_->start(kBatchAfter);
}

bool ActivityNotes::is_known(const Opened& opened, Extent extent) {
  const access::SessionHash& session = opened.viewer ? opened.viewer->session_hash : opened.member.session_hash;
  crypto::Context context(opened.kind);
  context.add(opened.id)
      .add(opened.member.membership_id)
      .add(std::string_view(reinterpret_cast<const char*>(session.data()), session.size()));
  const access::SessionHash place = crypto::sha256(context.bytes());
  const std::int64_t account_id = opened.member.account_id;
  const Noted* noted = noted_.find(account_id, place);
  if (extent == Extent::kPart && noted && loop_.now() - noted->at < kPartsFollowFor) return true;
  noted_.put({.account = account_id, .place = place, .at = loop_.now()});
  return false;
}

void ActivityNotes::note(const Opened& opened, Extent extent) {
  if (!has_room() || is_known(opened, extent)) return;
  opened_.push_back(opened);
  wake_later();
}

void ActivityNotes::note_opened(const access::Member& member, std::string_view kind, std::int64_t id, Extent extent) {
  note({.member = member, .kind = kind, .id = id}, extent);
}

void ActivityNotes::note_viewed(const access::Staff& viewer, const access::Member& member, std::string_view kind,
                                std::int64_t id, Extent extent) {
  note({.member = member, .kind = kind, .id = id, .viewer = viewer}, extent);
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
    std::vector<pg::Query> segment;
    // `enter` has let them in; who leaves right after has opened it all the same.
    segment.push_back(each.viewer ? sql::enter_staff_visitor(member.account_id, each.viewer->session_hash)
                                  : sql::enter_anonymous(member.account_id, member.session_hash));
    const std::string action = each.viewer ? "opened_as_member" : std::string(each.kind) + "_opened";
    segment.push_back(
        sql::record_opened(member.account_id, action, member.client_id, member.membership_id, each.kind, each.id));
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
