#include "access/database.hpp"

#include "sql/enter.hpp"

namespace portal::access {
namespace {

std::vector<pg::Query> with_first(pg::Query enter, std::vector<pg::Query> queries) {
  queries.insert(queries.begin(), std::move(enter));
  return queries;
}

// For a lane of changes: from the moment when one is sent, only an answer that says so means that nothing was changed.
class Change {
 public:
  Change(const Lanes& lanes, const pg::Lane* lane)
      : changed_(lane == &lanes.writes || lane == &lanes.imports ? lanes.changed : nullptr),
        before_(changed_ && *changed_) {
    if (changed_) *changed_ = true;
  }
  // What an earlier segment of the request has changed stays changed.
  void end(const Result<std::vector<pg::Rows>>& rows) {
    if (changed_ && !rows && rows.error().code != ErrorCode::kOutcomeUnknown) *changed_ = before_;
  }

 private:
  bool* changed_;
  bool before_;
};

// Counts the time until it goes, also when the request is cancelled meanwhile.
class Waiting {
 public:
  Waiting(const pg::Lane& lane, std::chrono::microseconds* time)
      : loop_(lane.loop()), time_(time), started_(loop_.now()) {}
  ~Waiting() {
    if (time_) *time_ += std::chrono::duration_cast<std::chrono::microseconds>(loop_.now() - started_);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  const io::Loop& loop_;
  std::chrono::microseconds* time_;
  io::MonotonicTime started_;
};

// Without a context the policies show nothing. That must not pass for an answer.
Result<void> require_context(std::optional<std::int64_t> context, std::int64_t account_id) {
  if (context == account_id) return {};
  return fail(ErrorCode::kInternal, "NO CONTEXT: `enter` has left the database without an account");
}

using AllRows = std::vector<pg::Rows>;

// Segments are made, and what comes back is looked at, in functions that are no coroutines and are not inlined into
// one: what they need does not lie in the memory of a request that waits.
pg::Query enter(std::int64_t account_id, Visitor visitor, const std::vector<std::uint8_t>& lookup) {
  return visitor == Visitor::kStaff ? sql::enter_staff_visitor(account_id, lookup)
                                    : sql::enter_anonymous(account_id, lookup);
}

pg::Query enter(const Member& member) {
  const std::vector<std::string_view> permissions = member.permissions.names();
  return sql::enter_member(member.account_id, member.session_hash, member.membership_id, permissions);
}

pg::Query enter(const Staff& staff) {
  return sql::enter_staff(staff.account_id, staff.session_hash, name_of(staff.role));
}

pg::Query enter(const Key& key) { return sql::enter_key(key.account_id, key.key_hash, name_of(key.scope)); }

Result<AllRows> without_first(Result<AllRows> rows) {
  rows->erase(rows->begin());
  return rows;
}

// enter_anonymous and enter_staff_visitor answer alike.
[[gnu::noinline]] Result<AllRows> read_as_visitor(Result<AllRows> rows, std::int64_t account_id) {
  if (!rows) return rows;
  const std::optional<std::int64_t> context =
      rows->front().empty() ? std::nullopt : sql::EnterAnonymousRow::decode(rows->front()[0]).context;
  if (Result<void> entered = require_context(context, account_id); !entered) return fail(std::move(entered.error()));
  return without_first(std::move(rows));
}

// enter_member and enter_staff answer alike: is the use to be written down, and the context.
// Only of members: what they are answered is kept for as long as their session may be believed.
template <class Entered>
void note_end(const Entered& entered, std::chrono::milliseconds* session_left) {
  if constexpr (requires { entered.session_milliseconds; }) {
    if (session_left) *session_left = std::chrono::milliseconds(entered.session_milliseconds);
  }
}

template <class Entered, class Principal>
[[gnu::noinline]] Result<AllRows> read_as(Result<AllRows> rows, const Lanes& lanes, TouchQueue* touches,
                                          const Principal& principal) {
  if (!rows) return rows;
  if (rows->front().empty()) return fail(ErrorCode::kInternal, "enter returned no row");
  const Entered entered = Entered::decode(rows->front()[0]);
  if (Result<void> checked = require_context(entered.context, principal.account_id); !checked)
    return fail(std::move(checked.error()));
  if (entered.touch && touches) touches->touch(principal);
  note_end(entered, lanes.session_left);
  return without_first(std::move(rows));
}

// What members change is what members read again at once. Others read nothing that is kept.
template <class Principal>
pg::Owner owner_of(const Principal& /*principal*/) {
  return {};
}
template <>
pg::Owner owner_of(const Member& member) {
  return {.account_id = member.account_id, .client_id = member.client_id, .membership_id = member.membership_id};
}

Task<Result<AllRows>> run_as_visitor(Lanes lanes, pg::Lane* lane, std::int64_t account_id,
                                     std::vector<pg::Query> segment) {
  const Waiting waiting(*lane, lanes.time);
  Change change(lanes, lane);
  Result<AllRows> rows = co_await lane->run(std::move(segment));
  change.end(rows);
  co_return read_as_visitor(std::move(rows), account_id);
}

template <class Entered, class Principal>
Task<Result<AllRows>> run_as(Lanes lanes, pg::Lane* lane, TouchQueue* touches, Principal principal,
                             std::vector<pg::Query> segment) {
  const Waiting waiting(*lane, lanes.time);
  Change change(lanes, lane);
  Result<AllRows> rows = co_await lane->run(std::move(segment), owner_of(principal));
  change.end(rows);
  co_return read_as<Entered>(std::move(rows), lanes, touches, principal);
}

pg::Query enter(const Member& member, const Staff& viewer) {
  const std::vector<std::string_view> permissions = member.permissions.names();
  return sql::enter_preview(viewer.account_id, viewer.session_hash, name_of(viewer.role), member.membership_id,
                            permissions);
}

Task<Result<AllRows>> run_as_member(Lanes lanes, pg::Lane* lane, TouchQueue* touches, const Member& member,
                                    const std::optional<Staff>& viewer, std::vector<pg::Query> queries) {
  if (viewer) {
    return run_as<sql::EnterPreviewRow>(lanes, lane, touches, member,
                                        with_first(enter(member, *viewer), std::move(queries)));
  }
  return run_as<sql::EnterMemberRow>(lanes, lane, touches, member, with_first(enter(member), std::move(queries)));
}

Task<Result<AllRows>> refuse_to_write() { co_return fail(ErrorCode::kPermissionRequired); }

Task<Result<AllRows>> run_as_staff(Lanes lanes, pg::Lane* lane, TouchQueue* touches, const Staff& staff,
                                   std::vector<pg::Query> queries) {
  return run_as<sql::EnterStaffRow>(lanes, lane, touches, staff, with_first(enter(staff), std::move(queries)));
}

Task<Result<AllRows>> run_as_key(Lanes lanes, pg::Lane* lane, TouchQueue* touches, const Key& key,
                                 std::vector<pg::Query> queries) {
  return run_as<sql::EnterKeyRow>(lanes, lane, touches, key, with_first(enter(key), std::move(queries)));
}

}  // namespace

Task<Result<std::vector<pg::Rows>>> AnonymousDatabase::read(const std::vector<std::uint8_t>& lookup,
                                                            std::vector<pg::Query> queries) {
  return run_as_visitor(lanes_, &lanes_.reads, account_id_,
                        with_first(enter(account_id_, visitor_, lookup), std::move(queries)));
}

Task<Result<std::vector<pg::Rows>>> AnonymousDatabase::write(const std::vector<std::uint8_t>& lookup,
                                                             std::vector<pg::Query> queries) {
  return run_as_visitor(lanes_, &lanes_.writes, account_id_,
                        with_first(enter(account_id_, visitor_, lookup), std::move(queries)));
}

Task<Result<std::vector<pg::Rows>>> MemberDatabase::read(std::vector<pg::Query> queries) {
  return run_as_member(lanes_, &lanes_.reads, touches_, member_, viewer_, std::move(queries));
}

Task<Result<std::vector<pg::Rows>>> MemberDatabase::search(std::vector<pg::Query> queries) {
  return run_as_member(lanes_, &lanes_.searches, touches_, member_, viewer_, std::move(queries));
}

Task<Result<std::vector<pg::Rows>>> MemberDatabase::write(std::vector<pg::Query> queries) {
  if (viewer_) return refuse_to_write();
  return run_as_member(lanes_, &lanes_.writes, touches_, member_, viewer_, std::move(queries));
}

Task<Result<std::vector<pg::Rows>>> StaffDatabase::read(std::vector<pg::Query> queries) {
  return run_as_staff(lanes_, &lanes_.reads, touches_, staff_, std::move(queries));
}

Task<Result<std::vector<pg::Rows>>> StaffDatabase::search(std::vector<pg::Query> queries) {
  return run_as_staff(lanes_, &lanes_.searches, touches_, staff_, std::move(queries));
}

Task<Result<std::vector<pg::Rows>>> StaffDatabase::write(std::vector<pg::Query> queries) {
  return run_as_staff(lanes_, &lanes_.writes, touches_, staff_, std::move(queries));
}

Task<Result<std::vector<pg::Rows>>> KeyDatabase::read(std::vector<pg::Query> queries) {
  return run_as_key(lanes_, &lanes_.reads, touches_, key_, std::move(queries));
}

Task<Result<std::vector<pg::Rows>>> KeyDatabase::write(std::vector<pg::Query> queries) {
  return run_as_key(lanes_, &lanes_.writes, touches_, key_, std::move(queries));
}

Task<Result<std::vector<pg::Rows>>> KeyDatabase::import(std::vector<pg::Query> queries) {
  return run_as_key(lanes_, &lanes_.imports, touches_, key_, std::move(queries));
}

}  // namespace portal::access
