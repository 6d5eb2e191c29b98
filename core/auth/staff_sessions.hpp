// The sessions of staff that a worker knows. As for members (auth/sessions.hpp) it is a hint: `enter_staff` confirms
// every use. Staff are few, so what a worker does not know is read from PostgreSQL, without Redis in between.
#pragma once

#include <optional>

#include "access/database.hpp"
#include "access/staff.hpp"
#include "auth/remembered.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "sql/staff.hpp"

namespace portal::auth {

class StaffSessions {
 public:
  explicit StaffSessions(std::size_t remembered) : memory_(remembered) {}

  std::optional<access::Staff> find(std::int64_t account_id, const access::SessionHash& hash) {
    const access::Staff* staff = memory_.find(account_id, hash);
    return staff ? std::optional(*staff) : std::nullopt;
  }
  // From PostgreSQL. kNotSignedIn when it is none, or over. `database` is a staff visitor's.
  Task<Result<access::Staff>> read(access::AnonymousDatabase database, access::SessionHash hash);

  void remember(const access::Staff& staff) { memory_.put(staff); }
  void forget(const access::SessionHash& hash) noexcept { memory_.forget(hash); }

 private:
  struct Key {
    static std::int64_t account_id(const access::Staff& staff) { return staff.account_id; }
    static const access::SessionHash& session_hash(const access::Staff& staff) { return staff.session_hash; }
  };
  Remembered<access::Staff, Key> memory_;
};

// kSchemaMismatch for a role that this module has never heard of.
Result<access::Staff> to_staff(std::int64_t account_id, const access::SessionHash& hash,
                               const sql::LoadStaffSessionRow& row);

}  // namespace portal::auth
