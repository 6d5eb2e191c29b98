#include "access/repeatable.hpp"
#include "features/clients/forms.hpp"
#include "features/clients/handlers.hpp"
#include "features/clients/render.hpp"
#include "http/query.hpp"
#include "sql/clients.hpp"

namespace portal::features::clients {
namespace {

using Queries = std::vector<pg::Query>;

// What shows a client, behind what changes it. Without an id: the one that the segment makes.
void add_client(Queries& queries, std::int64_t account_id, std::optional<std::int64_t> client_id) {
  queries.push_back(sql::get_client(account_id, client_id));
  queries.push_back(sql::list_contacts_of_client(account_id, client_id));
  queries.push_back(sql::list_sites_of_client(account_id, client_id));
}

Result<http::Response> answer(const Result<std::vector<pg::Rows>>& rows, http::Status status) {
  if (!rows) return fail(rows.error());
  const std::size_t first = rows->size() - 3;
  return render_client((*rows)[first], (*rows)[first + 1], (*rows)[first + 2], status);
}

}  // namespace

Task<Result<http::Response>> get_client(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> client_id = context.path.id(0);
  if (!client_id) co_return fail(client_id.error());
  Queries queries;
  add_client(queries, context.staff.account_id, *client_id);
  co_return answer(co_await context.database.read(std::move(queries)), http::Status::kOk);
}

Task<Result<http::Response>> create_client(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::string> content = read_new_client(context.request.body);
  if (!content) co_return fail(content.error());
  Queries work;
  work.push_back(sql::create_client(context.staff.account_id, *content));
  access::ReadBack read = [account_id = context.staff.account_id](std::optional<std::int64_t> client_id) {
    Queries queries;
    add_client(queries, account_id, client_id);
    return queries;
  };
  co_return answer(co_await access::write_once(context, std::move(work), std::move(read)), http::Status::kCreated);
}

Task<Result<http::Response>> update_client(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> client_id = context.path.id(0);
  if (!client_id) co_return fail(client_id.error());
  const Result<std::string> content = read_client_changes(context.request.body);
  if (!content) co_return fail(content.error());
  Queries queries;
  queries.push_back(sql::update_client(context.staff.account_id, *client_id, *content));
  add_client(queries, context.staff.account_id, *client_id);
  co_return answer(co_await context.database.write(std::move(queries)), http::Status::kOk);
}

}  // namespace portal::features::clients
