#include <array>
#include <span>
#include <utility>
#include <vector>

#include "features/jobs/handlers.hpp"
#include "features/jobs/list_query.hpp"
#include "features/jobs/render_list.hpp"
#include "features/jobs/summary.hpp"
#include "sql/job_search.hpp"
#include "sql/jobs.hpp"

#include "edge/services.hpp"

namespace portal::features::jobs {
namespace {

// Their states are taken apart and put together again along the index, so all of them are named where none is asked
// for.
std::vector<std::string_view> states_in(const ListQuery& list) {
  if (list.state) return {word_of(*list.state)};
  std::vector<std::string_view> all;
  for (const Choice<State>& state : kStates) all.push_back(state.word);
  return all;
}

std::optional<std::string_view> assignment_in(const ListQuery& list) {
  return list.assignment ? std::optional(word_of(*list.assignment)) : std::nullopt;
}

pg::Query page_statement(const ListQuery& list, const access::Member& member, std::string_view time_zone,
                         const std::optional<Position>& after) {
  const std::vector<std::string_view> states = states_in(list);
  const std::optional<std::string_view> assignment = assignment_in(list);
  // One more than is shown says whether there is a next page.
  const auto row_limit = static_cast<std::int32_t>(list.limit + 1);
  const std::optional<std::int64_t> value = after ? after->value : std::nullopt;
  const std::int64_t job_id = after ? after->job_id : 0;
  // A search has statements of its own: names that are looked into are joined before the page is cut.
  const auto by_schedule = [&](auto list_all, auto search) {
    const std::optional<pg::Timestamp> time =
        value ? std::optional(pg::Timestamp(std::chrono::microseconds(*value))) : std::nullopt;
    if (list.text) {
      return search(member.account_id, member.client_id, states, assignment, list.site_id, list.from, list.to,
                    time_zone, *list.text, time, job_id, row_limit);
    }
    return list_all(member.account_id, member.client_id, states, assignment, list.site_id, list.from, list.to,
                    time_zone, time, job_id, row_limit);
  };
  const auto by_number = [&](auto list_all, auto search) {
    if (list.text) {
      return search(member.account_id, member.client_id, states, assignment, list.site_id, list.from, list.to,
                    time_zone, *list.text, value, row_limit);
    }
    return list_all(member.account_id, member.client_id, states, assignment, list.site_id, list.from, list.to,
                    time_zone, value, row_limit);
  };
  switch (list.sort) {
    case Sort::kScheduledAt:
      return by_schedule(sql::list_jobs_by_schedule, sql::search_jobs_by_schedule);
    case Sort::kScheduledAtDescending:
      return by_schedule(sql::list_jobs_by_schedule_descending, sql::search_jobs_by_schedule_descending);
    case Sort::kNumber:
      return by_number(sql::list_jobs_by_number, sql::search_jobs_by_number);
    case Sort::kNumberDescending:
      return by_number(sql::list_jobs_by_number_descending, sql::search_jobs_by_number_descending);
  }
  std::unreachable();
}

pg::Query count_statement(const ListQuery& list, const access::Member& member, std::string_view time_zone) {
  // A search reads the jobs themselves; without one an index is enough.
  if (list.text) {
    return sql::count_found_jobs(member.account_id, member.client_id, assignment_in(list), list.site_id, list.from,
                                 list.to, time_zone, *list.text);
  }
  return sql::count_jobs(member.account_id, member.client_id, assignment_in(list), list.site_id, list.from, list.to,
                         time_zone);
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

Result<std::vector<Summary>> read_page(const ListQuery& list, const pg::Rows& rows) {
  const auto read = [&]<class Listed, class Found>() {
    return list.text ? summarize_all<Found>(rows) : summarize_all<Listed>(rows);
  };
  switch (list.sort) {
    case Sort::kScheduledAt:
      return read.template operator()<sql::ListJobsByScheduleRow, sql::SearchJobsByScheduleRow>();
    case Sort::kScheduledAtDescending:
      return read.template operator()<sql::ListJobsByScheduleDescendingRow, sql::SearchJobsByScheduleDescendingRow>();
    case Sort::kNumber:
      return read.template operator()<sql::ListJobsByNumberRow, sql::SearchJobsByNumberRow>();
    case Sort::kNumberDescending:
      return read.template operator()<sql::ListJobsByNumberDescendingRow, sql::SearchJobsByNumberDescendingRow>();
  }
  std::unreachable();
}

template <class Row>
Counts read_counts(const pg::Rows& rows) {
  Counts counts{};
  for (int index = 0; index < rows.size(); ++index) {
    const auto row = Row::decode(rows[index]);
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

// The coroutine only waits. What comes before and after stands in functions that are not inlined into it, so that it
// does not lie in the memory of a request that waits.
[[gnu::noinline]] Result<std::vector<pg::Query>> queries_of(const ListQuery& list, const edge::MemberContext& context) {
  const Result<std::optional<Position>> after = open_position(list, context.member, context.services.keys);
  if (!after) return fail(after.error());
  const std::string_view time_zone = context.account.time_zone;
  std::vector<pg::Query> queries;
  queries.push_back(page_statement(list, context.member, time_zone, *after));
  if (list.counts) queries.push_back(count_statement(list, context.member, time_zone));
  return queries;
}

[[gnu::noinline]] Result<http::Response> answer(const ListQuery& list, Result<std::vector<pg::Rows>> rows,
                                                const edge::MemberContext& context) {
  if (!rows) return fail(std::move(rows.error()));
  // Only now: the segment has confirmed that these are still the member's permissions.
  if (list.state && !may_see(*list.state, context.member.permissions)) return fail(ErrorCode::kPermissionRequired);

  Result<std::vector<Summary>> jobs = read_page(list, (*rows)[0]);
  if (!jobs) return fail(std::move(jobs.error()));
  std::optional<std::string> next_cursor;
  if (jobs->size() > static_cast<std::size_t>(list.limit)) {
    jobs->pop_back();
    next_cursor = sign_position(position_of(jobs->back(), list.sort), list, context.member, context.services.keys);
  }
  std::optional<Counts> counts;
  if (list.counts) {
    counts = list.text ? read_counts<sql::CountFoundJobsRow>((*rows)[1]) : read_counts<sql::CountJobsRow>((*rows)[1]);
  }
  return http::Response::json(render_list(*jobs, next_cursor, counts, context.member.permissions));
}

}  // namespace

Task<Result<http::Response>> list_jobs(edge::MemberContext context) {
  Result<ListQuery> list = parse_list_query(context.request.query);
  if (!list) co_return fail(std::move(list.error()));
  Result<std::vector<pg::Query>> queries = queries_of(*list, context);
  if (!queries) co_return fail(std::move(queries.error()));
  access::MemberDatabase& database = context.database;
  co_return answer(*list,
                   co_await (list->text ? database.search(std::move(*queries)) : database.read(std::move(*queries))),
                   context);
}

}  // namespace portal::features::jobs
