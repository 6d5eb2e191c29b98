#include "features/sites/routes.hpp"

#include <array>

#include "features/sites/render_sites.hpp"
#include "http/query.hpp"
#include "sql/sites.hpp"

namespace portal::features {
namespace {

// As docs/openapi.yaml says. A client with more finds the others by searching the jobs.
constexpr std::int32_t kMaximumSites = 500;

Task<Result<http::Response>> list_sites(edge::MemberContext context) {
  if (Result<void> valid = http::require_no_parameters(context.request.query); !valid) {
    co_return fail(std::move(valid.error()));
  }

  std::vector<pg::Query> queries;
  queries.push_back(sql::list_sites(context.member.account_id, context.member.client_id, kMaximumSites));
  Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  co_return http::Response::json(render_sites(rows->front()));
}

constexpr std::array kRoutes = {
    edge::Route::for_member(http::Method::kGet, "/sites", "list_sites", {}, list_sites).cached(cache::depends::kSites),
};

}  // namespace

std::span<const edge::Route> sites_routes() { return kRoutes; }

}  // namespace portal::features
