#include "features/staff_portal/settings.hpp"

#include "access/repeatable.hpp"
#include "features/staff_portal/render.hpp"
#include "features/staff_portal/settings_form.hpp"
#include "http/query.hpp"
#include "sql/staff_portal.hpp"

namespace portal::features::staff_portal {
namespace {

Result<http::Response> answer(const pg::Rows& rows, const access::Account& account,
                              http::Status status = http::Status::kOk) {
  if (rows.empty()) return fail(ErrorCode::kNotFound);
  return http::Response::json(render_portal(sql::GetStaffPortalRow::decode(rows[0]), account), status);
}

}  // namespace

Task<Result<http::Response>> get_portal(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_staff_portal(context.account.id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return answer(rows->front(), context.account);
}

Task<Result<http::Response>> create_portal(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::optional<std::string>> name = read_new_portal(context.request.body);
  if (!name) co_return fail(name.error());
  const std::int64_t account_id = context.account.id;
  std::vector<pg::Query> work;
  work.push_back(sql::create_portal(account_id, *name));
  const Result<std::vector<pg::Rows>> rows = co_await access::write_once(
      context, std::move(work),
      [account_id](std::optional<std::int64_t>) { return std::vector{sql::get_staff_portal(account_id)}; });
  if (!rows) co_return fail(rows.error());
  co_return answer(rows->back(), context.account, http::Status::kCreated);
}

Task<Result<http::Response>> update_portal(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::string> changes = read_changes(context.request.body);
  if (!changes) co_return fail(changes.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::lock_portal(context.account.id));
  queries.push_back(sql::change_portal(context.account.id, *changes));
  queries.push_back(sql::get_staff_portal(context.account.id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  const pg::Rows& changed = (*rows)[1];
  if (changed.empty()) co_return fail(ErrorCode::kNoPortal);
  if (!sql::ChangePortalRow::decode(changed[0]).is_consistent)
    co_return fail(Error::field("/default_language", "invalid_choice"));
  co_return answer(rows->back(), context.account);
}

}  // namespace portal::features::staff_portal
