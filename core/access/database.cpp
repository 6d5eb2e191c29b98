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
  Change(const Lanes& lanes, const pg::Lane* lane) : changed_(lane == &lanes.writes ? lanes.changed : nullptr) {
    if (changed_) *changed_ = true;
  }
  void end(const Result<std::vector<pg::Rows>>& rows) {
    if (changed_ && !rows && rows.error().code != ErrorCode::kOutcomeUnknown) *changed_ = false;
  }

 private:
  bool* changed_;
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

Task<Result<std::vector<pg::Rows>>> run_as_visitor(Lanes lanes, pg::Lane* lane, std::int64_t account_id,
                                                   std::vector<std::uint8_t> lookup, std::vector<pg::Query> queries) {
  const Waiting waiting(*lane, lanes.time);
  Change change(lanes, lane);
  Result<std::vector<pg::Rows>> rows =
      co_await lane->run(with_first(sql::enter_anonymous(account_id, lookup), std::move(queries)));
  change.end(rows);
  if (!rows) co_return rows;
  const std::optional<std::int64_t> context =
      rows->front().empty() ? std::nullopt : sql::EnterAnonymousRow::decode(rows->front()[0]).context;
  if (Result<void> entered = require_context(context, account_id); !entered) co_return fail(entered.error());
  rows->erase(rows->begin());
  co_return rows;
}

Task<Result<std::vector<pg::Rows>>> run_as_member(Lanes lanes, pg::Lane* lane, TouchQueue* touches, Member member,
                                                  std::vector<pg::Query> queries) {
  const Waiting waiting(*lane, lanes.time);
  const std::vector<std::string_view> permissions = member.permissions.names();
  std::vector<pg::Query> segment = with_first(
      sql::enter_member(member.account_id, member.session_hash, member.membership_id, permissions), std::move(queries));
  Change change(lanes, lane);
  Result<std::vector<pg::Rows>> rows = co_await lane->run(std::move(segment));
  change.end(rows);
  if (!rows) co_return rows;
  if (rows->front().empty()) co_return fail(ErrorCode::kInternal, "enter_member returned no row");
  const sql::EnterMemberRow entered = sql::EnterMemberRow::decode(rows->front()[0]);
  if (Result<void> checked = require_context(entered.context, member.account_id); !checked)
    co_return fail(checked.error());
  if (entered.touch) touches->touch(member);
  rows->erase(rows->begin());
  co_return rows;
}

}  // namespace

Task<Result<std::vector<pg::Rows>>> AnonymousDatabase::read(std::vector<std::uint8_t> lookup,
                                                            std::vector<pg::Query> queries) {
  return run_as_visitor(lanes_, &lanes_.reads, account_id_, std::move(lookup), std::move(queries));
}

Task<Result<std::vector<pg::Rows>>> AnonymousDatabase::write(std::vector<std::uint8_t> lookup,
                                                             std::vector<pg::Query> queries) {
  return run_as_visitor(lanes_, &lanes_.writes, account_id_, std::move(lookup), std::move(queries));
}

Task<Result<std::vector<pg::Rows>>> MemberDatabase::read(std::vector<pg::Query> queries) {
  return run_as_member(lanes_, &lanes_.reads, touches_, member_, std::move(queries));
}

Task<Result<std::vector<pg::Rows>>> MemberDatabase::search(std::vector<pg::Query> queries) {
  return run_as_member(lanes_, &lanes_.searches, touches_, member_, std::move(queries));
}

Task<Result<std::vector<pg::Rows>>> MemberDatabase::write(std::vector<pg::Query> queries) {
  return run_as_member(lanes_, &lanes_.writes, touches_, member_, std::move(queries));
}

}  // namespace portal::access
