#include "features/portal/routes.hpp"

#include <array>

#include "features/portal/render_portal.hpp"
#include "files/answer.hpp"
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

Task<Result<http::Response>> get_portal_logo(edge::VisitorContext context) {
  if (Result<void> valid = files::check_logo_query(context.request.query); !valid) {
    co_return fail(std::move(valid.error()));
  }

  std::vector<pg::Query> queries;
  queries.push_back(sql::get_portal_logo(context.account.id));
  Result<std::vector<pg::Rows>> rows = co_await context.database.read({}, std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);
  const auto row = sql::GetPortalLogoRow::decode(rows->front()[0]);
  if (!row.logo_hash || !row.logo_media_type) co_return fail(ErrorCode::kNotFound);
  co_return files::answer_logo(*row.logo_media_type, *row.logo_hash, context.request);
}

constexpr std::array kRoutes = {
    edge::Route::open(http::Method::kGet, "/portal", "get_portal", get_portal),
    edge::Route::open(http::Method::kGet, "/portal/logo", "get_portal_logo", get_portal_logo),
};

}  // namespace

std::span<const edge::Route> portal_routes() { return kRoutes; }

}  // namespace portal::features
