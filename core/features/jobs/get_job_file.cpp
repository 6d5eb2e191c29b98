#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "features/jobs/handlers.hpp"
#include "files/answer.hpp"
#include "sql/jobs.hpp"

namespace portal::features::jobs {

Task<Result<http::Response>> get_job_file(edge::MemberContext context) {
  const std::optional<std::int64_t> job_id = parse_id(context.path[0]);
  const std::optional<std::int64_t> file_id = parse_id(context.path[1]);
  if (!job_id) co_return fail(Error::field("/path/id", "invalid_id"));
  if (!file_id) co_return fail(Error::field("/path/file_id", "invalid_id"));
  const Result<bool> download = files::parse_download(context.request.query);
  if (!download) co_return fail(download.error());

  const access::Member& member = context.member;
  std::vector<pg::Query> queries;
  queries.push_back(sql::get_job_file(member.account_id, member.client_id, *job_id, *file_id));
  Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);
  const auto row = sql::GetJobFileRow::decode(rows->front()[0]);
  const files::StoredFile file{row.name, row.media_type, row.size_bytes, row.content_hash};
  co_return files::answer(file, *download, context.request);
}

}  // namespace portal::features::jobs
