// What staff do.
#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "auth/notices.hpp"
#include "edge/services.hpp"
#include "features/work_requests/forms.hpp"
#include "features/work_requests/handlers.hpp"
#include "features/work_requests/list_query.hpp"
#include "features/work_requests/render.hpp"
#include "http/query.hpp"
#include "sql/staff_work_requests.hpp"

namespace portal::features::work_requests {
namespace {

crypto::Context cursor_context(const access::Staff& staff) {
  return crypto::Context("staff work requests").add(staff.account_id);
}

Result<std::int64_t> find_id(const edge::StaffContext& context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) return fail(none.error());
  return context.path.id(0);
}

Result<http::Response> render(const pg::Rows& rows) {
  if (rows.empty()) return fail(ErrorCode::kNotFound);
  const auto row = sql::GetStaffWorkRequestRow::decode(rows[0]);
  json::Writer writer(512 + row.notes.value_or("").size() + row.reply.value_or("").size());
  writer.begin_object();
  write_staff_summary(writer, row);
  write_rest(writer, row);
  return http::Response::json(writer.end_object().take());
}

void write_counts(json::Writer& writer, const pg::Rows& rows) {
  const auto counts = sql::CountWorkRequestsRow::decode(rows[0]);
  writer.key("counts").begin_object().member("submitted", counts.submitted).member("open", counts.open);
  writer.member("closed", counts.closed).end_object();
}

}  // namespace

Task<Result<http::Response>> list_for_staff(edge::StaffContext context) {
  const Result<ListQuery> list = parse_staff_list_query(context.request.query);
  if (!list) co_return fail(list.error());
  const access::Staff& staff = context.staff;
  const Result<Position> after = open_position(*list, cursor_context(staff), context.services.keys);
  if (!after) co_return fail(after.error());
  std::vector<pg::Query> queries;
  // One more than is shown says whether there is a next page.
  queries.push_back(sql::list_staff_work_requests(staff.account_id, list->states, list->client_id, list->text,
                                                  list->text ? parse_id(*list->text) : std::nullopt, after->created_at,
                                                  after->work_request_id, static_cast<std::int32_t>(list->limit + 1)));
  if (list->counts) queries.push_back(sql::count_work_requests(staff.account_id));
  // A search or a count reads all of them, which the reads of others do not wait for.
  const bool reads_all = list->text || list->counts;
  const Result<std::vector<pg::Rows>> rows = reads_all ? co_await context.database.search(std::move(queries))
                                                       : co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());

  const pg::Rows& page = rows->front();
  const int shown = std::min(page.size(), static_cast<int>(list->limit));
  std::optional<std::string> next_cursor;
  json::Writer writer(128 + static_cast<std::size_t>(shown) * 500);
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < shown; ++index) {
    const auto row = sql::ListStaffWorkRequestsRow::decode(page[index]);
    writer.begin_object();
    write_staff_summary(writer, row);
    writer.end_object();
    if (index + 1 == shown && page.size() > shown) {
      next_cursor =
          sign_position({row.created_at, row.work_request_id}, *list, cursor_context(staff), context.services.keys);
    }
  }
  writer.end_array().member("next_cursor", next_cursor);
  if (list->counts) write_counts(writer, rows->back());
  co_return http::Response::json(writer.end_object().take());
}

Task<Result<http::Response>> get_for_staff(edge::StaffContext context) {
  const Result<std::int64_t> request_id = find_id(context);
  if (!request_id) co_return fail(request_id.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_staff_work_request(context.staff.account_id, *request_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return render(rows->front());
}

Task<Result<http::Response>> answer(edge::StaffContext context) {
  const Result<std::int64_t> request_id = find_id(context);
  if (!request_id) co_return fail(request_id.error());
  const Result<Answer> answer = read_answer(context.request.body, kJobByNumber);
  if (!answer) co_return fail(answer.error());
  const Result<std::string> message = auth::make_notice(context.account, context.services.keys);
  if (!message) co_return fail(message.error());
  const std::int64_t account_id = context.staff.account_id;
  std::vector<pg::Query> queries;
  queries.push_back(sql::answer_work_request(account_id, *request_id, answer->former_state, answer->content, *message));
  queries.push_back(sql::get_staff_work_request(account_id, *request_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  const auto refusal = sql::AnswerWorkRequestRow::decode(rows->front()[0]).refusal;
  if (refusal == "reply") co_return fail(Error::field("/reply", "required"));
  if (refusal) co_return fail(Error::field("/job_number", "unknown_reference"));
  co_return render(rows->back());
}

}  // namespace portal::features::work_requests
