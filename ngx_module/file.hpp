// Files as bodies: opened below the folder of `portal_files`, and only where the core says.
#pragma once

#include "module.hpp"

namespace portal::nginx {

// portal_files <folder>
char* set_files(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept;

// The whole file of the response as one buffer that nginx sends with sendfile. Null: it cannot be sent, and `why` says
// so for the log, in memory of the request.
ngx_buf_t* open_file(ngx_http_request_t* request, const portal_response& response, portal_text* why);

// For a file's answer, before the header is sent: its entity tag, and that parts of it may be asked for, which nginx's
// own filter then does (Range, If-Range, 416).
bool prepare_ranges(ngx_http_request_t* request, const portal_response& response);

}  // namespace portal::nginx
