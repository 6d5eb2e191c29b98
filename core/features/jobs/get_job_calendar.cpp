#include <chrono>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "features/jobs/calendar.hpp"
#include "features/jobs/handlers.hpp"
#include "features/jobs/one_job.hpp"
#include "http/content_disposition.hpp"
#include "sql/jobs.hpp"

namespace portal::features::jobs {

Task<Result<http::Response>> get_job_calendar(edge::MemberContext context) {
  const Result<std::int64_t> job_id = parse_job_id(context);
  if (!job_id) co_return fail(job_id.error());
  const access::Member& member = context.member;
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_job(member.account_id, member.client_id, *job_id));
  const Result<std::vector<pg::Rows>> rows = require_job(co_await context.database.read(std::move(queries)));
  if (!rows) co_return fail(rows.error());
  const Result<Summary> job = summarize(sql::GetJobRow::decode((*rows)[0][0]));
  if (!job) co_return fail(job.error());
  if (!job->scheduled_at) co_return fail(ErrorCode::kNotFound);

  const auto now = std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now());
  http::Response response;
  response.content_type = "text/calendar; charset=utf-8";
  response.body = calendar_of(*job, context.account.origin, now);
  response.add_header("Cache-Control", "no-store");
  // A telephone opens its calendar with it; a computer saves it.
  response.add_header("Content-Disposition", http::format_content_disposition(
                                                 http::Disposition::kInline, "job-" + format_id(job->number) + ".ics"));
  co_return response;
}

}  // namespace portal::features::jobs
