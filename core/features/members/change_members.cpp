#include <vector>

#include "access/permission.hpp"
#include "base/limits.hpp"
#include "features/members/forms.hpp"
#include "features/members/handlers.hpp"
#include "features/members/render.hpp"
#include "http/query.hpp"
#include "sql/members.hpp"

namespace portal::features::members {
namespace {

Result<std::int64_t> find_membership(const edge::StaffContext& context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) return fail(none.error());
  return context.path.id(0);
}

}  // namespace

Result<http::Response> render_member(const pg::Rows& rows, http::Status status) {
  if (rows.empty()) return fail(ErrorCode::kNotFound);
  json::Writer writer;
  write_member(writer, sql::GetMemberRow::decode(rows[0]));
  return http::Response::json(writer.take(), status);
}

Task<Result<http::Response>> get_member(edge::StaffContext context) {
  const Result<std::int64_t> membership_id = find_membership(context);
  if (!membership_id) co_return fail(membership_id.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_member(context.staff.account_id, *membership_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return render_member(rows->back(), http::Status::kOk);
}

Task<Result<http::Response>> update_member(edge::StaffContext context) {
  const Result<std::int64_t> membership_id = find_membership(context);
  if (!membership_id) co_return fail(membership_id.error());
  const Result<std::string> content = read_member_changes(context.request.body);
  if (!content) co_return fail(content.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::update_member(context.staff.account_id, *membership_id, *content));
  queries.push_back(sql::get_member(context.staff.account_id, *membership_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return render_member(rows->back(), http::Status::kOk);
}

// `enter_member` looks at the rows in every request, so whoever was removed is out from this commit on.
Task<Result<http::Response>> remove_member(edge::StaffContext context) {
  const Result<std::int64_t> membership_id = find_membership(context);
  if (!membership_id) co_return fail(membership_id.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::remove_member(context.staff.account_id, *membership_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return http::Response::no_content();
}

Task<Result<http::Response>> cancel_invitation(edge::StaffContext context) {
  const Result<std::int64_t> membership_id = find_membership(context);
  if (!membership_id) co_return fail(membership_id.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::cancel_invitation(context.staff.account_id, *membership_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return http::Response::no_content();
}

}  // namespace portal::features::members
