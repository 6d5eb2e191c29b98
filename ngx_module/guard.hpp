// `portal_auth`: guards what nginx serves beside the API. A handler of the preaccess phase takes out of the request
// what is the portal's own (its cookies) or only looks like it (Portal-* headers), for every request to such a
// location, let in or not and by whomever. One of the access phase asks who is there, suspends the request while
// PostgreSQL is asked, and adds the identity for what stands behind.
#pragma once

#include <vector>

#include "module.hpp"

namespace portal::nginx {

// What is known of the one who asks; one for a request and all its internal redirects, in the request's pool.
struct Guard {
  ngx_queue_t link;                       // while it waits, among those of the worker
  ngx_http_request_t* request;            // the main one
  portal_identification* identification;  // null: does not wait
  portal_header* headers;                 // as the client sent them
  size_t header_count;
  ngx_str_t account;         // as portal_account said it where `identity` was found
  bool known;                // `identity` is filled
  bool passed_on;            // the identity stands in the request's headers
  portal_identity identity;  // its texts lie in the pool
  int refused_status;        // 0: not refused
  int refused_error;
};

ngx_int_t install_guard(ngx_conf_t* conf);
// Also after internal redirects; null: no guarded location was met.
Guard* find_guard(ngx_http_request_t* request);
// Who asks; null: not known, or a subrequest to a location of another account, where it does not count.
const portal_identity* find_identity(ngx_http_request_t* request);
// Whoever waits is left as he is: a worker that was told to terminate goes.
void abandon_guards(Process& process);

// passed_headers.cpp: what stands behind finds in the request.
// Without a pool whoever asks gives it back with ngx_free. Null: out of memory.
portal_header* collect_headers(ngx_http_request_t* request, size_t* count, ngx_pool_t* pool);
// Takes out Portal-* in any spelling and the portal's own cookies. False: out of memory.
bool clean_headers(ngx_http_request_t* request);
bool add_identity_headers(ngx_http_request_t* request, const portal_identity& identity);
// Variables that nginx remembers once they were asked for, and that show headers which are changed here.
std::vector<ngx_uint_t> find_header_variables(ngx_cycle_t* cycle);
void forget_header_variables(ngx_http_request_t* request);

}  // namespace portal::nginx
