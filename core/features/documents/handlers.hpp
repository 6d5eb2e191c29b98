#pragma once

#include "edge/route.hpp"

namespace portal::features::documents {

// GET /documents: one page of what the member may see. One segment.
Task<Result<http::Response>> list_documents(edge::MemberContext context);

// GET /documents/{id}: the document as in the list. One segment.
Task<Result<http::Response>> get_document(edge::MemberContext context);

// GET /documents/{id}/content: its bytes. One segment.
Task<Result<http::Response>> get_document_content(edge::MemberContext context);

}  // namespace portal::features::documents
