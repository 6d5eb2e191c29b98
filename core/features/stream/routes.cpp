#include "features/stream/routes.hpp"

#include <array>

#include "edge/services.hpp"
#include "http/query.hpp"
#include "live/streams.hpp"
#include "sql/stream.hpp"

namespace portal::features {
namespace {

http::Response answer_with(std::shared_ptr<live::Stream> stream, const pg::Row& row) {
  stream->confirm(std::chrono::seconds(sql::GetSessionLifetimeRow::decode(row).remaining_seconds));
  http::Response response;
  response.content_type = "text/event-stream";
  response.events = std::move(stream);
  response.add_header("Cache-Control", "no-store");
  response.add_header("X-Accel-Buffering", "no");  // to another nginx in front of this one
  return response;
}

Task<Result<http::Response>> open_stream(edge::MemberContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  // It follows before `enter` looks, so that a session that ends in between is not missed.
  Result<std::shared_ptr<live::Stream>> stream = context.services.streams->open(context.member);
  if (!stream) co_return fail(std::move(stream.error()));
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_session_lifetime(context.member.account_id, context.member.session_hash));
  Result<std::vector<pg::Rows>> rows = co_await context.database.without_touching().read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kNotSignedIn);
  co_return answer_with(std::move(*stream), rows->front()[0]);
}

constexpr std::array kRoutes = {
    edge::Route::for_member(http::Method::kGet, "/stream", "open_stream", {}, open_stream),
};

}  // namespace

std::span<const edge::Route> stream_routes() { return kRoutes; }

}  // namespace portal::features
