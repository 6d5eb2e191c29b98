#include <utility>
#include <vector>

#include "features/jobs/handlers.hpp"
#include "features/jobs/one_job.hpp"
#include "json/writer.hpp"
#include "sql/jobs.hpp"

namespace portal::features::jobs {
namespace {

void write_place(json::Writer& writer, std::string_view name, std::optional<std::string_view> place) {
  writer.key(name);
  if (place) {
    writer.raw(*place);
  } else {
    writer.null();
  }
}

}  // namespace

Task<Result<http::Response>> get_job_position(edge::MemberContext context) {
  const Result<std::int64_t> job_id = parse_job_id(context);
  if (!job_id) co_return fail(job_id.error());

  const access::Member& member = context.member;
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_job_position(member.account_id, member.client_id, *job_id));
  const Result<std::vector<pg::Rows>> rows = require_job(co_await context.database.read(std::move(queries)));
  if (!rows) co_return fail(rows.error());

  const auto row = sql::GetJobPositionRow::decode(rows->front()[0]);
  json::Writer writer;
  writer.begin_object();
  write_place(writer, "position", row.position);
  write_place(writer, "job", row.job);
  writer.member("distance_metres", row.distance_metres);
  co_return http::Response::json(writer.end_object().take());
}

}  // namespace portal::features::jobs
