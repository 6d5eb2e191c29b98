#include "auth/staff_sessions.hpp"

namespace portal::auth {

Result<access::Staff> to_staff(std::int64_t account_id, const access::SessionHash& hash,
                               const sql::LoadStaffSessionRow& row) {
  const std::optional<access::StaffRole> role = access::find_staff_role(row.role);
  if (!role) return fail(ErrorCode::kSchemaMismatch, "staff have a role that is not known");
  return access::Staff{.account_id = account_id, .staff_id = row.staff_id, .role = *role, .session_hash = hash};
}

Task<Result<access::Staff>> StaffSessions::read(access::AnonymousDatabase database, access::SessionHash hash) {
  std::vector<pg::Query> queries;
  queries.push_back(sql::load_staff_session(database.account_id(), hash));
  std::vector<std::uint8_t> lookup(hash.begin(), hash.end());
  Result<std::vector<pg::Rows>> rows = co_await database.read(std::move(lookup), std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) {
    forget(hash);
    co_return fail(ErrorCode::kNotSignedIn);
  }
  Result<access::Staff> staff =
      to_staff(database.account_id(), hash, sql::LoadStaffSessionRow::decode(rows->front()[0]));
  if (staff) remember(*staff);
  co_return staff;
}

}  // namespace portal::auth
