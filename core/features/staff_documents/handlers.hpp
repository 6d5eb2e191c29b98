#pragma once

#include "edge/route.hpp"

namespace portal::features::staff_documents {

// GET /staff/documents: one page. One segment.
Task<Result<http::Response>> list(edge::StaffContext context);

// GET /staff/documents/{id}. One segment.
Task<Result<http::Response>> get(edge::StaffContext context);

// GET /staff/documents/{id}/content: its bytes. One segment.
Task<Result<http::Response>> get_content(edge::StaffContext context);

// POST /staff/documents?client_id=: the body is the file. A segment before it is received, and one with the row.
Task<Result<http::Response>> add(edge::StaffContext context);

// PUT /staff/documents/{id}/content: another file for the same document. As add().
Task<Result<http::Response>> replace(edge::StaffContext context);

// PATCH /staff/documents/{id}. One segment.
Task<Result<http::Response>> change(edge::StaffContext context);

// DELETE /staff/documents/{id}. One segment; the bytes go later, once nobody has them any more.
Task<Result<http::Response>> remove(edge::StaffContext context);

}  // namespace portal::features::staff_documents
