#pragma once

#include "edge/route.hpp"

namespace portal::features::invoices {

// GET /invoices: one page of what the member may see. One segment.
Task<Result<http::Response>> list_invoices(edge::MemberContext context);

// GET /invoices/{id}: the invoice as in the list. One segment.
Task<Result<http::Response>> get_invoice(edge::MemberContext context);

// GET /invoices/{id}/content: its file. One segment.
Task<Result<http::Response>> get_invoice_content(edge::MemberContext context);

// GET /staff/invoices: one page. One segment.
Task<Result<http::Response>> list_staff(edge::StaffContext context);

// PATCH /staff/invoices/{id}. One segment.
Task<Result<http::Response>> change_staff(edge::StaffContext context);

// GET /staff/invoices/{id}/content: its file. One segment.
Task<Result<http::Response>> get_staff_content(edge::StaffContext context);

}  // namespace portal::features::invoices
