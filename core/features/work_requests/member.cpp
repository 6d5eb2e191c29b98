// What members do.
#include <algorithm>
#include <utility>
#include <vector>

#include "access/repeatable.hpp"
#include "auth/notices.hpp"
#include "base/ids.hpp"
#include "base/limits.hpp"
#include "edge/services.hpp"
#include "features/work_requests/forms.hpp"
#include "features/work_requests/handlers.hpp"
#include "features/work_requests/list_query.hpp"
#include "features/work_requests/render.hpp"
#include "http/query.hpp"
#include "sql/work_requests.hpp"

namespace portal::features::work_requests {
namespace {

constexpr std::uint32_t kRetryAfterSeconds = 3600;

crypto::Context cursor_context(const access::Member& member) {
  return crypto::Context("work requests").add(member.account_id).add(member.membership_id);
}

// The id of the path, where nothing stands behind it.
Result<std::int64_t> find_id(const edge::MemberContext& context) {
  const std::optional<std::int64_t> id = parse_id(context.path[0]);
  if (!id) return std::unexpected(Error::field("/path/id", "invalid_id"));
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) return fail(none.error());
  return *id;
}

Result<http::Response> render(const pg::Rows& rows, http::Status status) {
  if (rows.empty()) return fail(ErrorCode::kNotFound);
  const auto row = sql::GetWorkRequestRow::decode(rows[0]);
  json::Writer writer(512 + row.notes.value_or("").size() + row.reply.value_or("").size());
  writer.begin_object();
  write_summary(writer, row);
  write_rest(writer, row);
  return http::Response::json(writer.end_object().take(), status);
}

// Which of the conditions of portal.submit_work_request was not met.
Error name_refusal(Error error) {
  if (error.code == ErrorCode::kNotFound) return Error::field("/site_id", "unknown_id");
  if (error.code == ErrorCode::kInvalidField && error.fields.empty())
    return Error::field("/preferred_date", "out_of_range");
  if (error.code == ErrorCode::kTooManyRequests) error.retry_after_seconds = kRetryAfterSeconds;
  return error;
}

}  // namespace

Task<Result<http::Response>> list(edge::MemberContext context) {
  const Result<ListQuery> list = parse_list_query(context.request.query);
  if (!list) co_return fail(list.error());
  const access::Member& member = context.member;
  const Result<Position> after = open_position(*list, cursor_context(member), context.services.keys);
  if (!after) co_return fail(after.error());
  std::vector<pg::Query> queries;
  // One more than is shown says whether there is a next page.
  queries.push_back(sql::list_work_requests(member.account_id, member.client_id, member.membership_id, list->states,
                                            after->created_at, after->work_request_id,
                                            static_cast<std::int32_t>(list->limit + 1)));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());

  const pg::Rows& page = rows->front();
  const int shown = std::min(page.size(), static_cast<int>(list->limit));
  std::optional<std::string> next_cursor;
  json::Writer writer(128 + static_cast<std::size_t>(shown) * 400);
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < shown; ++index) {
    const auto row = sql::ListWorkRequestsRow::decode(page[index]);
    writer.begin_object();
    write_summary(writer, row);
    writer.end_object();
    if (index + 1 == shown && page.size() > shown) {
      next_cursor =
          sign_position({row.created_at, row.work_request_id}, *list, cursor_context(member), context.services.keys);
    }
  }
  co_return http::Response::json(writer.end_array().member("next_cursor", next_cursor).end_object().take());
}

Task<Result<http::Response>> get(edge::MemberContext context) {
  const Result<std::int64_t> request_id = find_id(context);
  if (!request_id) co_return fail(request_id.error());
  const access::Member& member = context.member;
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_work_request(member.account_id, member.client_id, member.membership_id, *request_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return render(rows->front(), http::Status::kOk);
}

Task<Result<http::Response>> create(edge::MemberContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::string> content = read_new_request(context.request.body);
  if (!content) co_return fail(content.error());
  const Result<std::string> messages = auth::make_staff_notices(context.account, context.services.keys);
  if (!messages) co_return fail(messages.error());
  const access::Member& member = context.member;
  std::vector<pg::Query> work;
  work.push_back(sql::submit_work_request(member.account_id, member.client_id, member.membership_id, *content,
                                          limits::kWorkRequestsPerDay, limits::kWorkRequestDaysAhead, *messages));
  access::ReadBack read = [member](std::optional<std::int64_t> request_id) {
    return std::vector{sql::get_work_request(member.account_id, member.client_id, member.membership_id, request_id)};
  };
  Result<std::vector<pg::Rows>> rows = co_await access::write_once(context, std::move(work), std::move(read));
  if (!rows) co_return fail(name_refusal(std::move(rows.error())));
  if (rows->back().empty()) co_return fail(ErrorCode::kConflict);
  co_return render(rows->back(), http::Status::kCreated);
}

Task<Result<http::Response>> cancel(edge::MemberContext context) {
  const Result<std::int64_t> request_id = find_id(context);
  if (!request_id) co_return fail(request_id.error());
  if (Result<void> valid = read_cancellation(context.request.body); !valid) co_return fail(std::move(valid.error()));
  const Result<std::string> messages = auth::make_staff_notices(context.account, context.services.keys);
  if (!messages) co_return fail(messages.error());
  const access::Member& member = context.member;
  std::vector<pg::Query> queries;
  queries.push_back(
      sql::cancel_work_request(member.account_id, member.client_id, member.membership_id, *request_id, *messages));
  queries.push_back(sql::get_work_request(member.account_id, member.client_id, member.membership_id, *request_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return render(rows->back(), http::Status::kOk);
}

}  // namespace portal::features::work_requests
