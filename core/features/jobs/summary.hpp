#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "features/jobs/words.hpp"
#include "json/writer.hpp"
#include "pg/statement.hpp"

namespace portal::features::jobs {

// A job as it stands in a list; the schema JobSummary of docs/openapi.yaml. Views point into the rows that it was made
// from.
struct Summary {
  std::int64_t job_id = 0;
  std::int64_t number = 0;
  std::optional<std::string_view> reference;
  Status status = Status::kUnscheduled;
  Outcome outcome = Outcome::kSuccessful;
  std::optional<std::string_view> assignment;
  std::optional<pg::Timestamp> scheduled_at;
  std::optional<pg::Timestamp> scheduled_until;
  std::optional<std::string_view> address;
  std::optional<std::int64_t> site_id;
  std::optional<std::string_view> site_name;
  std::int64_t template_id = 0;
  std::string_view template_name;
  std::optional<std::string_view> assignee_name;
};

// From a row of any statement that has these columns: one for each order of the list, and the one of a single job.
// kInternal for a status that this version does not know.
template <class Row>
Result<Summary> summarize(const Row& row) {
  const std::optional<Status> status = parse_status(row.status);
  if (!status) return fail(ErrorCode::kInternal, "a job has a status that this version does not know");
  return Summary{
      .job_id = row.job_id,
      .number = row.number,
      .reference = row.reference,
      .status = *status,
      .outcome = row.is_successful ? Outcome::kSuccessful : Outcome::kUnsuccessful,
      .assignment = row.assignment,
      .scheduled_at = row.scheduled_at,
      .scheduled_until = row.scheduled_until,
      .address = row.address,
      .site_id = row.site_id,
      .site_name = row.site_name,
      .template_id = row.job_template_id,
      .template_name = row.job_template_name,
      .assignee_name = row.assignee_name,
  };
}

// The members of the object that the writer has begun, so that one job can have more of them.
void write_summary_members(json::Writer& writer, const Summary& job);

}  // namespace portal::features::jobs
