#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "features/jobs/handlers.hpp"
#include "features/jobs/one_job.hpp"
#include "features/jobs/render_job.hpp"
#include "features/jobs/summary.hpp"
#include "sql/jobs.hpp"

namespace portal::features::jobs {
namespace {

std::vector<Field> read_fields(const pg::Rows& rows, pg::Log& log) {
  std::vector<Field> fields;
  fields.reserve(static_cast<std::size_t>(rows.size()));
  for (int index = 0; index < rows.size(); ++index) {
    const auto row = sql::ListJobFieldsRow::decode(rows[index]);
    const std::optional<FieldType> type = parse_field_type(row.type);
    if (!type) {
      log.write(LogLevel::kWarning,
                "field " + format_id(row.job_field_id) + " has a type that this version does not know");
      continue;
    }
    fields.push_back({row.job_field_id, row.key, row.label, row.field_group, *type, row.options, row.value});
  }
  return fields;
}

std::vector<File> read_files(const pg::Rows& rows) {
  std::vector<File> files;
  files.reserve(static_cast<std::size_t>(rows.size()));
  for (int index = 0; index < rows.size(); ++index) {
    const auto row = sql::ListJobFilesRow::decode(rows[index]);
    files.push_back({row.job_file_id, row.job_field_id, row.name, row.media_type, row.size_bytes});
  }
  return files;
}

}  // namespace

Task<Result<http::Response>> get_job(edge::MemberContext context) {
  const Result<std::int64_t> job_id = parse_job_id(context);
  if (!job_id) co_return fail(job_id.error());

  const access::Member& member = context.member;
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_job(member.account_id, member.client_id, *job_id));
  queries.push_back(sql::list_job_fields(member.account_id, member.client_id, *job_id));
  queries.push_back(sql::list_job_files(member.account_id, member.client_id, *job_id));
  const Result<std::vector<pg::Rows>> rows = require_job(co_await context.database.read(std::move(queries)));
  if (!rows) co_return fail(rows.error());

  const auto row = sql::GetJobRow::decode((*rows)[0][0]);
  const Result<Summary> job = summarize(row);
  if (!job) co_return fail(job.error());
  pg::Log& log = context.services.log;
  const RenderedJob rendered = render_job(*job, row.is_tracked, read_fields((*rows)[1], log), read_files((*rows)[2]));
  for (const std::int64_t field_id : rendered.unfit_fields) {
    log.write(LogLevel::kWarning, "the value of field " + format_id(field_id) + " of job " + format_id(*job_id) +
                                      " does not fit the field's type and is left out");
  }
  co_return http::Response::json(rendered.body);
}

}  // namespace portal::features::jobs
