#include "auth/load_session.hpp"

namespace portal::auth {

Task<Result<access::Member>> load_member(access::AnonymousDatabase database, access::SessionHash hash) {
  std::vector<pg::Query> queries;
  queries.push_back(sql::load_session(database.account_id(), hash));
  std::vector<std::uint8_t> lookup(hash.begin(), hash.end());
  Result<std::vector<pg::Rows>> rows = co_await database.read(std::move(lookup), std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  const pg::Rows& sessions = rows->front();
  if (sessions.empty()) co_return fail(ErrorCode::kNotSignedIn);
  co_return to_member(database.account_id(), hash, sql::LoadSessionRow::decode(sessions[0]));
}

Result<access::Member> to_member(std::int64_t account_id, const access::SessionHash& hash,
                                 const sql::LoadSessionRow& row) {
  const std::optional<access::Permissions> permissions = access::Permissions::from_names(row.permissions);
  if (!permissions) return fail(ErrorCode::kSchemaMismatch, "a membership has a permission that is not known");
  return access::Member{.account_id = account_id,
                        .member_id = row.member_id,
                        .membership_id = row.membership_id,
                        .client_id = row.client_id,
                        .permissions = *permissions,
                        .session_hash = hash};
}

}  // namespace portal::auth
