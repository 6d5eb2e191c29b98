#include "features/jobs/summary.hpp"

#include "base/ids.hpp"

namespace portal::features::jobs {

void write_summary_members(json::Writer& writer, const Summary& job) {
  // The number is a text in the contract, because other systems number their jobs with letters too.
  writer.id_member("id", job.job_id).member("number", format_id(job.number)).member("reference", job.reference);
  writer.member("state", word_of(state_of(job.status))).member("status", status_word(job.status, job.outcome));
  writer.member("assignment", job.assignment);
  writer.member("scheduled_at", job.scheduled_at).member("scheduled_until", job.scheduled_until);
  writer.member("address", job.address);
  writer.key("site");
  if (job.site_id) {
    writer.begin_object().id_member("id", *job.site_id).member("name", job.site_name).end_object();
  } else {
    writer.null();
  }
  writer.key("template").begin_object().id_member("id", job.template_id).member("name", job.template_name).end_object();
  writer.key("assignee");
  if (job.assignee_name) {
    writer.begin_object().member("name", *job.assignee_name).end_object();
  } else {
    writer.null();
  }
}

}  // namespace portal::features::jobs
