#include "features/feed/handlers.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "auth/notices.hpp"
#include "edge/services.hpp"
#include "features/work_requests/forms.hpp"
#include "http/checks.hpp"
#include "http/query.hpp"
#include "json/writer.hpp"
#include "sql/feed.hpp"

namespace portal::features::feed {
namespace {

constexpr std::int64_t kMaximumLimit = 100;

struct Page {
  std::int64_t after = 0;
  std::int64_t limit = kMaximumLimit;
};

Result<Page> read_page(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  Page page;
  page.after = reader->integer("after", 0, std::numeric_limits<std::int64_t>::max()).value_or(page.after);
  page.limit = reader->integer("limit", 1, kMaximumLimit).value_or(page.limit);
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  return page;
}

}  // namespace

Task<Result<http::Response>> read(edge::KeyContext context) {
  const Result<Page> page = read_page(context.request.query);
  if (!page) co_return fail(page.error());
  std::vector<pg::Query> queries;
  // One more than is shown says whether there are further ones.
  queries.push_back(sql::list_feed(context.key.account_id, page->after, static_cast<std::int32_t>(page->limit + 1)));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  const pg::Rows& found = rows->front();
  const int shown = std::min(found.size(), static_cast<int>(page->limit));
  std::int64_t last = page->after;
  json::Writer writer(128 + static_cast<std::size_t>(shown) * 700);
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < shown; ++index) {
    const auto row = sql::ListFeedRow::decode(found[index]);
    writer.raw(row.body);
    last = row.change_number;
  }
  writer.end_array().member("last", last).member("more", found.size() > shown);
  co_return http::Response::json(writer.end_object().take());
}

Task<Result<http::Response>> answer(edge::KeyContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  if (Result<void> checked = http::require_json_body(context.request); !checked)
    co_return fail(std::move(checked.error()));
  const Result<std::int64_t> request_id = context.path.id(0);
  if (!request_id) co_return fail(request_id.error());
  const Result<work_requests::Answer> answer =
      work_requests::read_answer(context.request.body, work_requests::kJobByExternalId);
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

}  // namespace portal::features::feed
