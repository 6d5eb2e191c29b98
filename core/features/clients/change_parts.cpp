// Contacts and sites of a client.
#include "access/repeatable.hpp"
#include "features/clients/forms.hpp"
#include "features/clients/handlers.hpp"
#include "features/clients/render.hpp"
#include "http/query.hpp"
#include "sql/clients.hpp"

namespace portal::features::clients {
namespace {

struct Place {
  std::int64_t account_id;
  std::int64_t client_id;
  std::int64_t part_id;  // of the contact or site; 0: it is to be made
};

Result<Place> find_place(const edge::StaffContext& context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) return fail(none.error());
  const Result<std::int64_t> client_id = context.path.id(0);
  if (!client_id) return fail(client_id.error());
  if (context.path.size() == 1) return Place{context.staff.account_id, *client_id, 0};
  const Result<std::int64_t> part_id = context.path.id(1);
  if (!part_id) return fail(part_id.error());
  return Place{context.staff.account_id, *client_id, *part_id};
}

std::vector<pg::Query> segment(pg::Query change, pg::Query reading) {
  std::vector<pg::Query> queries;
  queries.push_back(std::move(change));
  queries.push_back(std::move(reading));
  return queries;
}

// What shows a part that was made, now or when the same request came before.
template <class Statement>
access::ReadBack reading(const Place& at, Statement statement) {
  return [at, statement](std::optional<std::int64_t> part_id) {
    std::vector<pg::Query> queries;
    queries.push_back(statement(at.account_id, at.client_id, part_id));
    return queries;
  };
}

Result<http::Response> answer_empty(const Result<std::vector<pg::Rows>>& rows) {
  if (!rows) return fail(rows.error());
  return http::Response::no_content();
}

}  // namespace

Task<Result<http::Response>> create_contact(edge::StaffContext context) {
  const Result<Place> at = find_place(context);
  if (!at) co_return fail(at.error());
  const Result<std::string> content = read_new_contact(context.request.body);
  if (!content) co_return fail(content.error());
  std::vector<pg::Query> work;
  work.push_back(sql::create_contact(at->account_id, at->client_id, *content));
  const auto rows = co_await access::write_once(context, std::move(work), reading(*at, sql::get_contact));
  if (!rows) co_return fail(rows.error());
  co_return render_contact(rows->back(), http::Status::kCreated);
}

Task<Result<http::Response>> update_contact(edge::StaffContext context) {
  const Result<Place> at = find_place(context);
  if (!at) co_return fail(at.error());
  const Result<std::string> content = read_contact_changes(context.request.body);
  if (!content) co_return fail(content.error());
  const auto rows =
      co_await context.database.write(segment(sql::update_contact(at->account_id, at->client_id, at->part_id, *content),
                                              sql::get_contact(at->account_id, at->client_id, at->part_id)));
  if (!rows) co_return fail(rows.error());
  co_return render_contact(rows->back(), http::Status::kOk);
}

Task<Result<http::Response>> delete_contact(edge::StaffContext context) {
  const Result<Place> at = find_place(context);
  if (!at) co_return fail(at.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::delete_contact(at->account_id, at->client_id, at->part_id));
  co_return answer_empty(co_await context.database.write(std::move(queries)));
}

Task<Result<http::Response>> create_site(edge::StaffContext context) {
  const Result<Place> at = find_place(context);
  if (!at) co_return fail(at.error());
  const Result<std::string> content = read_new_site(context.request.body);
  if (!content) co_return fail(content.error());
  std::vector<pg::Query> work;
  work.push_back(sql::create_site(at->account_id, at->client_id, *content));
  const auto rows = co_await access::write_once(context, std::move(work), reading(*at, sql::get_site_of_client));
  if (!rows) co_return fail(rows.error());
  co_return render_site(rows->back(), http::Status::kCreated);
}

Task<Result<http::Response>> update_site(edge::StaffContext context) {
  const Result<Place> at = find_place(context);
  if (!at) co_return fail(at.error());
  const Result<std::string> content = read_site_changes(context.request.body);
  if (!content) co_return fail(content.error());
  const auto rows =
      co_await context.database.write(segment(sql::update_site(at->account_id, at->client_id, at->part_id, *content),
                                              sql::get_site_of_client(at->account_id, at->client_id, at->part_id)));
  if (!rows) co_return fail(rows.error());
  co_return render_site(rows->back(), http::Status::kOk);
}

Task<Result<http::Response>> delete_site(edge::StaffContext context) {
  const Result<Place> at = find_place(context);
  if (!at) co_return fail(at.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::delete_site(at->account_id, at->client_id, at->part_id));
  co_return answer_empty(co_await context.database.write(std::move(queries)));
}

}  // namespace portal::features::clients
