// What a principal may ask of the database: every segment starts with `enter`, which sets the context for row-level
// security and, for members and staff, checks the session itself. One call is one round trip and one transaction.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "access/key.hpp"
#include "access/principal.hpp"
#include "access/staff.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "pg/lane.hpp"
#include "pg/rows.hpp"
#include "pg/statement.hpp"

namespace portal::access {

// The lanes of a worker and what happens beside a request. Lives as long as the worker.
struct Lanes {
  pg::Lane& reads;
  pg::Lane& writes;
  pg::Lane& searches;  // reads that may take long, which others in a pipeline would wait for
  pg::Lane& imports;   // changes that may take long
  // Where the time is added that is spent waiting, if anybody counts it. Outlives whatever waits.
  std::chrono::microseconds* time = nullptr;
  // Of one request: true from the moment when a change is sent, until it is known that it was not made. Whatever ends
  // the request meanwhile must not say that nothing has happened. Null: nobody asks.
  bool* changed = nullptr;
  // Of one request: for how long its session opens something yet, as `enter` has found it, from when it was asked.
  // Null: nobody asks.
  std::chrono::milliseconds* session_left = nullptr;
};

// Notes that a session was used, for the batch that writes it outside the request.
class TouchQueue {
 public:
  virtual ~TouchQueue() = default;
  virtual void touch(const Member& member) = 0;
  virtual void touch(const Staff& staff) = 0;
  virtual void touch(const Key& key) = 0;
};

// Whose logins, links and sessions a visitor may look up: staff's and members' are apart.
enum class Visitor : std::uint8_t { kMember, kStaff };

// An anonymous visitor may look up rows by one hash (login, token or session), or by none.
class AnonymousDatabase {
 public:
  AnonymousDatabase(Lanes lanes, std::int64_t account_id, Visitor visitor = Visitor::kMember)
      : lanes_(lanes), account_id_(account_id), visitor_(visitor) {}

  std::int64_t account_id() const { return account_id_; }

  // `lookup` is copied. Rows come back for `queries` in their order, without the one of `enter`.
  Task<Result<std::vector<pg::Rows>>> read(const std::vector<std::uint8_t>& lookup, std::vector<pg::Query> queries);
  Task<Result<std::vector<pg::Rows>>> write(const std::vector<std::uint8_t>& lookup, std::vector<pg::Query> queries);

 private:
  Lanes lanes_;
  std::int64_t account_id_;
  Visitor visitor_;
};

class MemberDatabase {
 public:
  MemberDatabase(Lanes lanes, TouchQueue& touches, Member member)
      : lanes_(lanes), touches_(&touches), member_(member) {}
  // The session does not count as used.
  MemberDatabase(Lanes lanes, Member member) : lanes_(lanes), touches_(nullptr), member_(member) {}
  // What the member would see, for staff who look as the member (SECURITY R32): through the viewer's own session, and
  // nothing is written.
  MemberDatabase(Lanes lanes, TouchQueue& touches, Member member, Staff viewer)
      : lanes_(lanes), touches_(&touches), member_(member), viewer_(viewer) {}

  // kNotSignedIn when the session is over, kPrincipalChanged when membership or permissions are no longer those of
  // `member`.
  Task<Result<std::vector<pg::Rows>>> read(std::vector<pg::Query> queries);
  Task<Result<std::vector<pg::Rows>>> search(std::vector<pg::Query> queries);
  Task<Result<std::vector<pg::Rows>>> write(std::vector<pg::Query> queries);

  // The same, for what a page asks by itself.
  MemberDatabase without_touching() const {
    MemberDatabase untouched = *this;
    untouched.touches_ = nullptr;
    return untouched;
  }

 private:
  Lanes lanes_;
  TouchQueue* touches_;  // null: nothing is noted
  Member member_;
  std::optional<Staff> viewer_;
};

class StaffDatabase {
 public:
  StaffDatabase(Lanes lanes, TouchQueue& touches, Staff staff) : lanes_(lanes), touches_(&touches), staff_(staff) {}

  // As MemberDatabase: kPrincipalChanged when the role is no longer that of `staff`.
  Task<Result<std::vector<pg::Rows>>> read(std::vector<pg::Query> queries);
  Task<Result<std::vector<pg::Rows>>> search(std::vector<pg::Query> queries);
  Task<Result<std::vector<pg::Rows>>> write(std::vector<pg::Query> queries);

 private:
  Lanes lanes_;
  TouchQueue* touches_;
  Staff staff_;
};

class KeyDatabase {
 public:
  KeyDatabase(Lanes lanes, TouchQueue& touches, Key key) : lanes_(lanes), touches_(&touches), key_(key) {}

  // kNotSignedIn when there is no such key any more, kPermissionRequired when it is for something else.
  Task<Result<std::vector<pg::Rows>>> read(std::vector<pg::Query> queries);
  Task<Result<std::vector<pg::Rows>>> write(std::vector<pg::Query> queries);
  // Of thousands of rows; others in the lane wait for it.
  Task<Result<std::vector<pg::Rows>>> import(std::vector<pg::Query> queries);
  // By anybody in this worker, since it began.
  std::uint64_t reads_so_far() const { return lanes_.reads.figures().segments; }

 private:
  Lanes lanes_;
  TouchQueue* touches_;
  Key key_;
};

}  // namespace portal::access
