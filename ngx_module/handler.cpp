// The way of a request from nginx into the core and back. The operation never finalizes the request: this file does,
// from a posted event, after control has left every frame of it.
#include <cstring>

#include "body.hpp"
#include "file.hpp"
#include "guard.hpp"
#include "module.hpp"
#include "stream.hpp"

namespace portal::nginx {
namespace {

ngx_int_t send(ngx_http_request_t* request, ngx_buf_t* buffer) {
  const ngx_int_t sent = ngx_http_send_header(request);
  if (sent == NGX_ERROR || sent > NGX_OK || request->header_only) return sent;
  ngx_chain_t out{buffer, nullptr};
  return ngx_http_output_filter(request, &out);
}

ngx_int_t send_memory(ngx_http_request_t* request, ngx_uint_t status, ngx_str_t body, ngx_str_t content_type) {
  if (!(request->method & (NGX_HTTP_GET | NGX_HTTP_HEAD))) return NGX_HTTP_NOT_ALLOWED;
  if (const ngx_int_t discarded = ngx_http_discard_request_body(request); discarded != NGX_OK) return discarded;
  auto* buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(request->pool));
  if (!buffer) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  buffer->pos = body.data;
  buffer->last = body.data + body.len;
  buffer->memory = 1;
  buffer->last_buf = 1;
  request->headers_out.status = status;
  request->headers_out.content_length_n = static_cast<off_t>(body.len);
  request->headers_out.content_type = content_type;
  request->headers_out.content_type_len = content_type.len;
  if (!add_header(request, {"Cache-Control", 13}, {"no-store", 8})) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  return send(request, buffer);
}

ngx_int_t send_response(ngx_http_request_t* request, RequestContext* context) {
  portal_response response{};
  if (portal_operation_response(context->operation, &response) != 0) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  if (response.endless) return begin_stream(request, context, response);
  ngx_buf_t* file = nullptr;
  if (response.file_path.size > 0) {
    portal_text why{};
    file = open_file(request, response, &why);
    if (!file) {
      portal_operation_file_failed(context->operation, why);
      if (portal_operation_response(context->operation, &response) != 0) return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
  }
  request->headers_out.status = static_cast<ngx_uint_t>(response.status);
  request->headers_out.content_length_n = file ? file->file_last : static_cast<off_t>(response.body.size);
  request->headers_out.content_type = string_of(response.content_type);
  request->headers_out.content_type_len = response.content_type.size;
  request->disable_not_modified = 1;  // preconditions are the core's: nginx's filter ignores the method
  if (response.varies && !describe_body(request, response.etag, response.gzip)) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  for (size_t index = 0; index < response.header_count; ++index) {
    if (!add_header(request, response.headers[index].name, response.headers[index].value))
      return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (file) {
    if (!prepare_ranges(request, response)) return NGX_HTTP_INTERNAL_SERVER_ERROR;
    if (portal_operation_file_opened(context->operation) != 0) return NGX_HTTP_INTERNAL_SERVER_ERROR;
    return send(request, file);
  }
  if (response.body.size == 0) {
    request->header_only = 1;
    if (response.status == NGX_HTTP_NO_CONTENT || response.status == NGX_HTTP_NOT_MODIFIED) {
      ngx_http_clear_content_length(request);
    }
    return ngx_http_send_header(request);
  }
  // The body is the operation's, which now lives as long as the pool: after everything was sent.
  return send_body(request, response.body);
}

// What nobody wanted is thrown away as it comes, so that the client reads the answer. One that waits to be asked for it
// is not asked, as where nginx itself refuses; whether it sends it all the same nobody can tell.
ngx_int_t discard_body(ngx_http_request_t* request) {
  if (request->headers_in.expect && !request->expect_tested) {
    request->expect_tested = 1;
    request->keepalive = 0;
  }
  return ngx_http_discard_request_body(request);
}

void on_done(void* data) noexcept {
  auto* context = static_cast<RequestContext*>(data);
  ngx_http_request_t* request = context->request;
  ngx_connection_t* connection = request->connection;
  if (request->post_action) {
    // The client has left, and its request goes on with something else.
    release_operation(context);
    return;
  }
  context->answered = true;
  if (context->body_coming) {
    // The time for its body is over. As when nginx itself gives up waiting for one: there is no answer.
    ngx_http_finalize_request(request, NGX_HTTP_REQUEST_TIME_OUT);
    ngx_http_run_posted_requests(connection);
    return;
  }
  ngx_int_t result = context->body_left ? discard_body(request) : NGX_OK;
  if (result == NGX_OK) result = send_response(request, context);
  if (result == NGX_DONE) {
    ngx_http_run_posted_requests(connection);
    return;
  }
  // What a change came to cannot be told any more. No answer is truer than a failure that nginx makes up.
  if (result == NGX_HTTP_INTERNAL_SERVER_ERROR && !(request->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)))
    result = NGX_ERROR;
  ngx_http_finalize_request(request, result);
  ngx_http_run_posted_requests(connection);
}

void destroy_operation(RequestContext* context) {
  if (!context->operation) return;
  portal_operation_destroy(context->operation);
  context->operation = nullptr;
  ngx_queue_remove(&context->link);
}

void keep_for_the_log(RequestContext* context) {
  if (!context->operation) return;
  context->database_microseconds = portal_operation_database_microseconds(context->operation);
  context->cache = static_cast<ngx_uint_t>(portal_operation_cache(context->operation));
  const portal_text account = portal_operation_account(context->operation);
  auto* copy = static_cast<u_char*>(ngx_pnalloc(context->request->pool, account.size));
  if (!copy) return;
  std::memcpy(copy, account.data, account.size);
  context->account = {account.size, copy};
}

// However it ends: nobody waits for an answer any more. One that is there stays, since nginx still looks at it: the
// access log at its headers, and HTTP/2, where frames of a stream that was reset wait behind others, at its body.
void on_request_end(void* data) noexcept {
  auto* context = static_cast<RequestContext*>(data);
  end_stream(context);
  if (!context->answered) release_operation(context);
}

void on_pool_end(void* data) noexcept { destroy_operation(static_cast<RequestContext*>(data)); }

// The list of the headers is copied when the operation starts: a request that waits need not keep it.
struct Described {
  explicit Described(ngx_http_request_t* of) : headers(collect_headers(of, &request.header_count, nullptr)) {
    request.headers = headers;
    complete = headers && describe_head(of, &request);
  }
  ~Described() { ngx_free(headers); }
  Described(const Described&) = delete;
  Described& operator=(const Described&) = delete;

  portal_request request{};
  portal_header* headers;
  bool complete;
};

enum class Body : bool { kRead, kLater };

ngx_int_t start(ngx_http_request_t* request, Body body, ngx_uint_t cache) {
  Process* process = main_conf_of(request)->process;
  Described described(request);
  if (!described.complete) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  described.request.cache = static_cast<int>(cache);
  if (body == Body::kRead) {
    if (const ngx_int_t collected = collect_body(request, &described.request.body); collected != NGX_OK)
      return collected;
  }
  auto* context = static_cast<RequestContext*>(ngx_pcalloc(request->pool, sizeof(RequestContext)));
  ngx_http_cleanup_t* cleanup = ngx_http_cleanup_add(request, 0);
  ngx_pool_cleanup_t* pool_cleanup = ngx_pool_cleanup_add(request->pool, 0);
  if (!context || !cleanup || !pool_cleanup) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  context->request = request;
  context->body_left = body == Body::kLater;
  context->operation =
      body == Body::kLater
          ? portal_operation_start_before_body(process->worker, &described.request, read_file_body, on_done, context)
          : portal_operation_start(process->worker, &described.request, on_done, context);
  if (!context->operation) return NGX_HTTP_SERVICE_UNAVAILABLE;
  ngx_queue_insert_tail(&process->requests, &context->link);
  cleanup->data = context;
  cleanup->handler = on_request_end;
  pool_cleanup->data = context;
  pool_cleanup->handler = on_pool_end;
  process->keep_process_alive();

  watch_client(request);
  return NGX_DONE;
}

void on_body(ngx_http_request_t* request) noexcept {
  const ngx_int_t started = start(request, Body::kRead, PORTAL_CACHE_OFF);
  if (started != NGX_DONE) ngx_http_finalize_request(request, started);
}

}  // namespace

void release_operation(RequestContext* context) {
  keep_for_the_log(context);
  destroy_operation(context);
}

RequestContext* find_context(ngx_http_request_t* request) {
  for (ngx_pool_cleanup_t* each = request->pool->cleanup; each; each = each->next) {
    if (each->handler == on_pool_end) return static_cast<RequestContext*>(each->data);
  }
  return nullptr;
}

ngx_int_t handle_api(ngx_http_request_t* request) noexcept {
  if (request->post_action) return NGX_OK;  // nobody is left to hear an answer
  if (request != request->main || !main_conf_of(request)->process) return NGX_HTTP_SERVICE_UNAVAILABLE;
  ngx_uint_t cache = PORTAL_CACHE_OFF;
  if (const ngx_int_t answered = answer_from_memory(request, &cache); answered != NGX_DECLINED) return answered;
  if (cache != PORTAL_CACHE_OFF) {
    // There is no body to read.
    const ngx_int_t started = start(request, Body::kRead, cache);
    if (started == NGX_DONE) ++request->main->count;  // until the operation has answered
    return started;
  }
  if (takes_file(request)) {
    const ngx_int_t started = start(request, Body::kLater, PORTAL_CACHE_OFF);
    if (started == NGX_DONE) ++request->main->count;  // until the operation has answered
    return started;
  }
  if (const ngx_int_t refused = refuse_body(request); refused != NGX_OK) return refused;
  request->request_body_in_single_buf = 1;
  const ngx_int_t read = ngx_http_read_client_request_body(request, on_body);
  return read >= NGX_HTTP_SPECIAL_RESPONSE ? read : NGX_DONE;
}

ngx_int_t handle_health(ngx_http_request_t* request) noexcept {
  return send_memory(request, NGX_HTTP_OK, ngx_string(R"({"status":"ok"})"),
                     ngx_string("application/json; charset=utf-8"));
}

ngx_int_t handle_ready(ngx_http_request_t* request) noexcept {
  constexpr size_t kRoom = 256;
  ngx_str_t body = ngx_string(R"({"status":"unavailable","reason":"no_worker"})");
  const Process* process = main_conf_of(request)->process;
  auto* room = static_cast<u_char*>(ngx_pnalloc(request->pool, kRoom));
  if (!room) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  int ready = 0;
  if (process) {
    const size_t size = portal_worker_readiness(process->worker, &ready, reinterpret_cast<char*>(room), kRoom);
    if (size != 0 && size <= kRoom) body = {size, room};
  }
  if (!ready && !add_header(request, {"Retry-After", 11}, {"1", 1})) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  return send_memory(request, ready ? NGX_HTTP_OK : NGX_HTTP_SERVICE_UNAVAILABLE, body,
                     ngx_string("application/json; charset=utf-8"));
}

ngx_int_t handle_metrics(ngx_http_request_t* request) noexcept {
  Process* process = main_conf_of(request)->process;
  if (!process) return NGX_HTTP_SERVICE_UNAVAILABLE;
  size_t room = 64UL * 1024;
  // What is asked for twice may have grown meanwhile, by the digits of a number.
  for (int attempt = 0; attempt < 3; ++attempt) {
    auto* text = static_cast<u_char*>(ngx_pnalloc(request->pool, room));
    if (!text) return NGX_HTTP_INTERNAL_SERVER_ERROR;
    const size_t size = portal_worker_metrics(process->worker, reinterpret_cast<char*>(text), room);
    if (size == 0) break;
    if (size <= room)
      return send_memory(request, NGX_HTTP_OK, {size, text}, ngx_string("text/plain; version=0.0.4; charset=utf-8"));
    room = size + 4096;
  }
  return NGX_HTTP_SERVICE_UNAVAILABLE;
}

}  // namespace portal::nginx
