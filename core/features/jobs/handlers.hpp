#pragma once

#include "edge/route.hpp"

namespace portal::features::jobs {

// GET /jobs: one page of the client's jobs and, if asked for, the number of jobs in each state. One segment.
Task<Result<http::Response>> list_jobs(edge::MemberContext context);

// GET /jobs/{id}: the job, its visible fields and its files. One segment.
Task<Result<http::Response>> get_job(edge::MemberContext context);

// GET /jobs/{id}/calendar: the job as an entry of a calendar; kNotFound also for one without a date. One segment.
Task<Result<http::Response>> get_job_calendar(edge::MemberContext context);

// GET /jobs/{id}/position: where whoever is on the way to it is. One segment.
Task<Result<http::Response>> get_job_position(edge::MemberContext context);

// GET /jobs/{id}/files/{file_id}: the bytes of a file of a visible field. One segment.
Task<Result<http::Response>> get_job_file(edge::MemberContext context);

}  // namespace portal::features::jobs
