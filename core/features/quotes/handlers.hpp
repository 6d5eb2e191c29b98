#pragma once

#include "edge/route.hpp"

namespace portal::features::quotes {

// GET /quotes: one page of what the member may see. One segment.
Task<Result<http::Response>> list_quotes(edge::MemberContext context);

// GET /quotes/{id}: the quote as in the list, with what was decided about it. One segment.
Task<Result<http::Response>> get_quote(edge::MemberContext context);

// GET /quotes/{id}/content: its file. One segment.
Task<Result<http::Response>> get_quote_content(edge::MemberContext context);

// POST /quotes/{id}/decision: kept and told to staff, all or nothing. One segment.
Task<Result<http::Response>> decide(edge::MemberContext context);

// GET /staff/quotes: one page. One segment.
Task<Result<http::Response>> list_staff(edge::StaffContext context);

// GET /staff/quotes/{id}. One segment.
Task<Result<http::Response>> get_staff(edge::StaffContext context);

// PATCH /staff/quotes/{id}. One segment.
Task<Result<http::Response>> change_staff(edge::StaffContext context);

// POST /staff/quotes/{id}/decision: what the client decided by other ways. One segment.
Task<Result<http::Response>> record_decision(edge::StaffContext context);

// GET /staff/quotes/{id}/content: its file. One segment.
Task<Result<http::Response>> get_staff_content(edge::StaffContext context);

}  // namespace portal::features::quotes
