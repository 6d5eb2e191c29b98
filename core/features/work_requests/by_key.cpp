// What another system does.
#include <string>
#include <utility>
#include <vector>

#include "auth/notices.hpp"
#include "edge/services.hpp"
#include "features/work_requests/forms.hpp"
#include "features/work_requests/handlers.hpp"
#include "http/checks.hpp"
#include "http/query.hpp"
#include "sql/feed.hpp"

namespace portal::features::work_requests {

Task<Result<http::Response>> answer_by_key(edge::KeyContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  if (Result<void> checked = http::require_json_body(context.request); !checked)
    co_return fail(std::move(checked.error()));
  const Result<std::int64_t> request_id = context.path.id(0);
  if (!request_id) co_return fail(request_id.error());
  const Result<Answer> answer = read_answer(context.request.body, kJobByExternalId);
  if (!answer) co_return fail(answer.error());
  const Result<std::string> message = auth::make_notice(context.account, context.services.keys);
  if (!message) co_return fail(message.error());
  const std::int64_t account_id = context.key.account_id;
  std::vector<pg::Query> queries;
  queries.push_back(
      sql::answer_work_request_by_key(account_id, *request_id, answer->former_state, answer->content, *message));
  queries.push_back(sql::get_request_of_feed(account_id, *request_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  const auto refusal = sql::AnswerWorkRequestByKeyRow::decode(rows->front()[0]).refusal;
  if (refusal == "reply") co_return fail(Error::field("/reply", "required"));
  if (refusal) co_return fail(Error::field("/job", "unknown_reference"));
  co_return http::Response::json(std::string(sql::GetRequestOfFeedRow::decode(rows->back()[0]).body));
}

}  // namespace portal::features::work_requests
