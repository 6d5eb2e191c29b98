#include "features/portal/routes.hpp"

#include <array>

#include "features/portal/render_portal.hpp"
#include "http/query.hpp"

namespace portal::features {
namespace {

Task<Result<http::Response>> get_portal(edge::VisitorContext context) {
  if (Result<void> valid = http::require_no_parameters(context.request.query); !valid) {
    co_return fail(std::move(valid.error()));
  }

  std::vector<pg::Query> queries;
  queries.push_back(sql::get_portal(context.account.id));
  Result<std::vector<pg::Rows>> rows = co_await context.database.read({}, std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  const pg::Rows& portals = rows->front();
  if (portals.empty()) co_return fail(ErrorCode::kNoPortal);
  co_return http::Response::json(render_portal(sql::GetPortalRow::decode(portals[0])));
}

constexpr std::array kRoutes = {
    edge::Route::open(http::Method::kGet, "/portal", "get_portal", get_portal),
};

}  // namespace

std::span<const edge::Route> portal_routes() { return kRoutes; }

}  // namespace portal::features
