// The bytes of what other systems feed: one file in each request, which names what it belongs to.
#pragma once

#include "edge/route.hpp"

namespace portal::features::import {

// PUT /import/documents/content?external_id=: what the document holds from now on.
Task<Result<http::Response>> fill_document(edge::KeyContext context);

// PUT /import/invoices/content?external_id=, and of quotes: the file of one, of which it is the only one.
Task<Result<http::Response>> fill_invoice(edge::KeyContext context);
Task<Result<http::Response>> fill_quote(edge::KeyContext context);

// Of a job: ?external_id=&field=report.photos&position=1, and with PUT &name=photo.jpg.
Task<Result<http::Response>> fill_job_file(edge::KeyContext context);
Task<Result<http::Response>> remove_job_file(edge::KeyContext context);
Task<Result<http::Response>> list_job_files(edge::KeyContext context);

}  // namespace portal::features::import
