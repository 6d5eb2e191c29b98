// Answers that go on: event streams. Their head is sent as any other's; then the operation is gone, and what remains is
// the request, one small buffer, and the core's stream, which calls when there is something to send.
#pragma once

#include "module.hpp"

namespace portal::nginx {

// Sends the head and what there is so far. NGX_DONE: the request goes on; anything else is what it ends with.
ngx_int_t begin_stream(ngx_http_request_t* request, RequestContext* context, const portal_response& response);
// However the request ends; also more than once.
void end_stream(RequestContext* context);
// In a worker that was told to go; called while it has streams.
void leave_streams(Process& process);

}  // namespace portal::nginx
