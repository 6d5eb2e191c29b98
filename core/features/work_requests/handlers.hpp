#pragma once

#include "edge/route.hpp"

namespace portal::features::work_requests {

// GET /work-requests: one page of what the client asked for. One segment.
Task<Result<http::Response>> list(edge::MemberContext context);
// GET /work-requests/{id}. One segment.
Task<Result<http::Response>> get(edge::MemberContext context);
// POST /work-requests: counted, written down and told to staff, all or nothing.
Task<Result<http::Response>> create(edge::MemberContext context);
// PATCH /work-requests/{id}: whoever asked takes it back.
Task<Result<http::Response>> cancel(edge::MemberContext context);

// The same for staff.
Task<Result<http::Response>> list_for_staff(edge::StaffContext context);
Task<Result<http::Response>> get_for_staff(edge::StaffContext context);
Task<Result<http::Response>> answer(edge::StaffContext context);

// PATCH /feed/work-requests/{id}: the answer of another system of the business, with the external id of the job.
Task<Result<http::Response>> answer_by_key(edge::KeyContext context);

}  // namespace portal::features::work_requests
