// Bodies of requests, as nginx reads them: JSON into memory, files into a file that has no name.
#pragma once

#include "module.hpp"

namespace portal::nginx {

// Of a body that is no file: the most that any operation takes into memory. As limits::kBodyBytes.
inline constexpr off_t kBodyBytes = off_t{1024} * 1024;

// The body in one piece: what nginx wrote into a file (a body larger than client_body_buffer_size) is read back.
// NGX_OK, or the status with which the request ends.
ngx_int_t collect_body(ngx_http_request_t* request, portal_text* body);

// Of a request that brings no file, before anything of its body is read: NGX_OK, or why it is not read. Where files may
// come, nginx would take as much as the largest of them from anybody.
ngx_int_t refuse_body(ngx_http_request_t* request);

// Whether the operation wants to be asked before its body is read.
bool takes_file(ngx_http_request_t* request);

// A portal_done_function whose context is the RequestContext: reads the body into a file and gives it to the operation.
// What goes wrong ends the request: too much of it, a client that leaves or is too slow, a full disk.
void read_file_body(void* data) noexcept;

}  // namespace portal::nginx
