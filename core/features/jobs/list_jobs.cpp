#include <array>
#include <span>
#include <utility>
#include <vector>

#include "features/jobs/handlers.hpp"
#include "features/jobs/list_query.hpp"
#include "features/jobs/render_list.hpp"
#include "features/jobs/summary.hpp"
#include "sql/jobs.hpp"

#include "edge/services.hpp"

namespace portal::features::jobs {
namespace {

constexpr std::array<std::string_view, 7> kStatusesByState = {"unscheduled", "scheduled", "en_route", "started",
                                                              "paused",      "finished",  "cancelled"};

std::span<const std::string_view> statuses_in(std::optional<State> state) {
  const std::span<const std::string_view> all = kStatusesByState;
  if (!state) return all;
  switch (*state) {
    case State::kPlanned:
      return all.subspan(0, 2);
    case State::kActive:
      return all.subspan(2, 3);
    case State::kFinished:
      return all.subspan(5, 1);
    case State::kCancelled:
      return all.subspan(6, 1);
  }
  std::unreachable();
}

pg::Query page_statement(const ListQuery& list, const access::Member& member, std::string_view time_zone,
                         const std::optional<Position>& after) {
  const std::span<const std::string_view> statuses = statuses_in(list.state);
  const std::optional<std::string_view> assignment =
      list.assignment ? std::optional(word_of(*list.assignment)) : std::nullopt;
  // One more than is shown says whether there is a next page.
  const auto row_limit = static_cast<std::int32_t>(list.limit + 1);
  const std::optional<std::int64_t> value = after ? after->value : std::nullopt;
  const std::int64_t job_id = after ? after->job_id : 0;
  const auto by_schedule = [&](auto statement) {
    const std::optional<pg::Timestamp> time =
        value ? std::optional(pg::Timestamp(std::chrono::microseconds(*value))) : std::nullopt;
    return statement(member.account_id, member.client_id, statuses, assignment, list.site_id, list.from, list.to,
                     time_zone, list.text, time, job_id, row_limit);
  };
  const auto by_number = [&](auto statement) {
    return statement(member.account_id, member.client_id, statuses, assignment, list.site_id, list.from, list.to,
                     time_zone, list.text, value, row_limit);
  };
  switch (list.sort) {
    case Sort::kScheduledAt:
      return by_schedule(sql::list_jobs_by_schedule);
    case Sort::kScheduledAtDescending:
      return by_schedule(sql::list_jobs_by_schedule_descending);
    case Sort::kNumber:
      return by_number(sql::list_jobs_by_number);
    case Sort::kNumberDescending:
      return by_number(sql::list_jobs_by_number_descending);
  }
  std::unreachable();
}

template <class Row>
Result<std::vector<Summary>> summarize_all(const pg::Rows& rows) {
  std::vector<Summary> jobs;
  jobs.reserve(static_cast<std::size_t>(rows.size()));
  for (int index = 0; index < rows.size(); ++index) {
    Result<Summary> job = summarize(Row::decode(rows[index]));
    if (!job) return fail(std::move(job.error()));
    jobs.push_back(*job);
  }
  return jobs;
}

Result<std::vector<Summary>> read_page(Sort sort, const pg::Rows& rows) {
  switch (sort) {
    case Sort::kScheduledAt:
      return summarize_all<sql::ListJobsByScheduleRow>(rows);
    case Sort::kScheduledAtDescending:
      return summarize_all<sql::ListJobsByScheduleDescendingRow>(rows);
    case Sort::kNumber:
      return summarize_all<sql::ListJobsByNumberRow>(rows);
    case Sort::kNumberDescending:
      return summarize_all<sql::ListJobsByNumberDescendingRow>(rows);
  }
  std::unreachable();
}

Counts read_counts(const pg::Rows& rows) {
  Counts counts{};
  for (int index = 0; index < rows.size(); ++index) {
    const auto row = sql::CountJobsRow::decode(rows[index]);
    if (const auto state = find_choice(std::span<const Choice<State>>(kStates), row.state)) {
      counts[std::to_underlying(*state)] = row.jobs;
    }
  }
  return counts;
}

Position position_of(const Summary& job, Sort sort) {
  if (sort == Sort::kNumber || sort == Sort::kNumberDescending) return {job.number, job.job_id};
  if (!job.scheduled_at) return {std::nullopt, job.job_id};
  return {job.scheduled_at->time_since_epoch().count(), job.job_id};
}

}  // namespace

Task<Result<http::Response>> list_jobs(edge::MemberContext context) {
  const Result<ListQuery> list = parse_list_query(context.request.query);
  if (!list) co_return fail(list.error());
  const Result<std::optional<Position>> after = open_position(*list, context.member, context.services.keys);
  if (!after) co_return fail(after.error());

  const std::string_view time_zone = context.account.time_zone;
  std::vector<pg::Query> queries;
  queries.push_back(page_statement(*list, context.member, time_zone, *after));
  if (list->counts) {
    const std::optional<std::string_view> assignment =
        list->assignment ? std::optional(word_of(*list->assignment)) : std::nullopt;
    queries.push_back(sql::count_jobs(context.member.account_id, context.member.client_id, assignment, list->site_id,
                                      list->from, list->to, time_zone, list->text));
  }
  Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  // Only now: the segment has confirmed that these are still the member's permissions.
  if (list->state && !may_see(*list->state, context.member.permissions)) {
    co_return fail(ErrorCode::kPermissionRequired);
  }

  Result<std::vector<Summary>> jobs = read_page(list->sort, (*rows)[0]);
  if (!jobs) co_return fail(std::move(jobs.error()));
  std::optional<std::string> next_cursor;
  if (jobs->size() > static_cast<std::size_t>(list->limit)) {
    jobs->pop_back();
    next_cursor = sign_position(position_of(jobs->back(), list->sort), *list, context.member, context.services.keys);
  }
  const std::optional<Counts> counts = list->counts ? std::optional(read_counts((*rows)[1])) : std::nullopt;
  co_return http::Response::json(render_list(*jobs, next_cursor, counts, context.member.permissions));
}

}  // namespace portal::features::jobs
