#include "access/database.hpp"

#include "sql/enter.hpp"

namespace portal::access {
namespace {

std::vector<pg::Query> with_first(pg::Query enter, std::vector<pg::Query> queries) {
  queries.insert(queries.begin(), std::move(enter));
  return queries;
}

Task<Result<std::vector<pg::Rows>>> run_without_first(pg::Lane* lane, std::vector<pg::Query> queries) {
  Result<std::vector<pg::Rows>> rows = co_await lane->run(std::move(queries));
  if (rows) rows->erase(rows->begin());
  co_return rows;
}

Task<Result<std::vector<pg::Rows>>> run_as_member(pg::Lane* lane, TouchQueue* touches, Member member,
                                                  std::vector<pg::Query> queries) {
  const std::vector<std::string_view> permissions = member.permissions.names();
  std::vector<pg::Query> segment = with_first(
      sql::enter_member(member.account_id, member.session_hash, member.membership_id, permissions), std::move(queries));
  Result<std::vector<pg::Rows>> rows = co_await lane->run(std::move(segment));
  if (!rows) co_return rows;
  if (rows->front().empty()) co_return fail(ErrorCode::kInternal, "enter_member returned no row");
  if (sql::EnterMemberRow::decode(rows->front()[0]).touch) touches->touch(member);
  rows->erase(rows->begin());
  co_return rows;
}

}  // namespace

Task<Result<std::vector<pg::Rows>>> AnonymousDatabase::read(std::vector<std::uint8_t> lookup,
                                                            std::vector<pg::Query> queries) {
  return run_without_first(&lanes_.reads, with_first(sql::enter_anonymous(account_id_, lookup), std::move(queries)));
}

Task<Result<std::vector<pg::Rows>>> AnonymousDatabase::write(std::vector<std::uint8_t> lookup,
                                                             std::vector<pg::Query> queries) {
  return run_without_first(&lanes_.writes, with_first(sql::enter_anonymous(account_id_, lookup), std::move(queries)));
}

Task<Result<std::vector<pg::Rows>>> MemberDatabase::read(std::vector<pg::Query> queries) {
  return run_as_member(&lanes_.reads, touches_, member_, std::move(queries));
}

Task<Result<std::vector<pg::Rows>>> MemberDatabase::search(std::vector<pg::Query> queries) {
  return run_as_member(&lanes_.searches, touches_, member_, std::move(queries));
}

Task<Result<std::vector<pg::Rows>>> MemberDatabase::write(std::vector<pg::Query> queries) {
  return run_as_member(&lanes_.writes, touches_, member_, std::move(queries));
}

}  // namespace portal::access
