#include "body.hpp"

#include <cstring>

namespace portal::nginx {
namespace {

// As ngx_http_write_request_body, except that the buffers stay as they are: whoever read them still needs them.
const ngx_temp_file_t* write_to_file(ngx_http_request_t* request, ngx_chain_t* buffers) {
  const auto* core =
      static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(request, ngx_http_core_module));
  auto* file = static_cast<ngx_temp_file_t*>(ngx_pcalloc(request->pool, sizeof(ngx_temp_file_t)));
  if (!file) return nullptr;
  file->file.fd = NGX_INVALID_FILE;
  file->file.log = request->connection->log;
  file->path = core->client_body_temp_path;
  file->pool = request->pool;
  return ngx_write_chain_to_temp_file(file, buffers) == NGX_ERROR ? nullptr : file;
}

// nginx has read the body to its end. The file that it wrote has no name since it was made, so nothing stays of it
// whatever becomes of this process; its descriptor closes with the request's pool. What another module has read before
// (mirror does) may lie in memory.
void on_file_body(ngx_http_request_t* request) noexcept {
  RequestContext* context = find_context(request);
  if (!context || !context->operation) return;
  context->body_coming = false;
  const ngx_http_request_body_t* body = request->request_body;
  const ngx_temp_file_t* file = body ? body->temp_file : nullptr;
  const bool in_memory = body && !file && body->bufs;
  if (in_memory) file = write_to_file(request, body->bufs);
  if (in_memory && !file)
    portal_operation_take_body(context->operation, -1, PORTAL_BODY_LOST);
  else
    portal_operation_take_body(context->operation, file ? file->file.fd : -1, file ? file->file.offset : 0);
  watch_client(request);
}

}  // namespace

ngx_int_t collect_body(ngx_http_request_t* request, portal_text* body) {
  *body = {nullptr, 0};
  if (!request->request_body || !request->request_body->bufs) return NGX_OK;
  size_t size = 0;
  for (ngx_chain_t* link = request->request_body->bufs; link; link = link->next)
    size += static_cast<size_t>(ngx_buf_size(link->buf));
  if (size == 0) return NGX_OK;
  // One in chunks, in a location that takes files.
  if (size > static_cast<size_t>(kBodyBytes)) return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
  if (!request->request_body->bufs->next && !request->request_body->bufs->buf->in_file) {
    *body = {reinterpret_cast<const char*>(request->request_body->bufs->buf->pos), size};
    return NGX_OK;
  }
  auto* whole = static_cast<u_char*>(ngx_pnalloc(request->pool, size));
  if (!whole) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  u_char* end = whole;
  for (ngx_chain_t* link = request->request_body->bufs; link; link = link->next) {
    ngx_buf_t* buffer = link->buf;
    const auto length = static_cast<size_t>(ngx_buf_size(buffer));
    // Behind the last chunk of a chunked body nginx puts a buffer of nothing, whose pointers are null.
    if (length == 0) continue;
    if (buffer->in_file) {
      if (ngx_read_file(buffer->file, end, length, buffer->file_pos) != static_cast<ssize_t>(length))
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    } else {
      std::memcpy(end, buffer->pos, length);
    }
    end += length;
  }
  *body = {reinterpret_cast<const char*>(whole), size};
  return NGX_OK;
}

ngx_int_t refuse_body(ngx_http_request_t* request) {
  const auto* core =
      static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(request, ngx_http_core_module));
  const bool files_may_come = core->client_max_body_size == 0 || core->client_max_body_size > kBodyBytes;
  const off_t length = request->headers_in.content_length_n;
  if (length > kBodyBytes) return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
  if (!files_may_come || length >= 0) return NGX_OK;
  bool has_body = request->headers_in.chunked != 0;
#if (NGX_HTTP_V2)
  has_body = has_body || (request->stream && !request->stream->in_closed);
#endif
  return has_body ? NGX_HTTP_LENGTH_REQUIRED : NGX_OK;
}

bool takes_file(ngx_http_request_t* request) {
  if (!(request->method & (NGX_HTTP_POST | NGX_HTTP_PUT))) return false;
  return portal_takes_file(main_conf_of(request)->process->worker, text_of(request->method_name),
                           text_of(request->uri)) != 0;
}

void read_file_body(void* data) noexcept {
  auto* context = static_cast<RequestContext*>(data);
  ngx_http_request_t* request = context->request;
  ngx_connection_t* connection = request->connection;
  if (request->post_action) return;  // the client has left
  context->body_left = false;
  context->body_coming = true;
  request->request_body_in_file_only = 1;
  const ngx_int_t read = ngx_http_read_client_request_body(request, on_file_body);
  if (read >= NGX_HTTP_SPECIAL_RESPONSE) {
    // nginx has given back what it counted for the reading. What is left is the operation's, which nobody waits for.
    ngx_http_finalize_request(request, read);
  } else {
    --request->main->count;
  }
  ngx_http_run_posted_requests(connection);
}

}  // namespace portal::nginx
