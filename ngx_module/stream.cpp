#include "stream.hpp"

#include <netinet/tcp.h>

#include <algorithm>
#include <cstring>

namespace portal::nginx {
namespace {

// Long enough for three heartbeats to be lost. A client that has gone without a word would be written to for a quarter
// of an hour.
constexpr unsigned kUnansweredMilliseconds = 65'000;

// Streams end at this pace in a worker that goes, so that the others can take them over.
constexpr ngx_msec_t kMillisecondsForEach = 1;
constexpr ngx_msec_t kShortestLeave = 1000;
constexpr ngx_msec_t kLongestLeave = 10'000;

// What a stream needs of a pool that is nearly full. nginx itself would add a piece of the pool's whole size, of which
// most would be kept for nothing as long as the stream lasts. Should it be too small, nginx adds one.
constexpr size_t kPieceBytes = 2304;

bool has_room(const ngx_pool_t* pool) {
  for (const ngx_pool_t* each = pool; each; each = each->d.next) {
    if (static_cast<size_t>(each->d.end - each->d.last) > kPieceBytes - sizeof(ngx_pool_data_t)) return true;
  }
  return false;
}

bool add_small_piece(ngx_pool_t* pool) {
  if (has_room(pool->current)) return true;
  auto* memory = static_cast<u_char*>(ngx_memalign(NGX_POOL_ALIGNMENT, kPieceBytes, pool->log));
  if (!memory) return false;
  auto* piece = reinterpret_cast<ngx_pool_t*>(memory);
  piece->d.last = ngx_align_ptr(memory + sizeof(ngx_pool_data_t), NGX_ALIGNMENT);
  piece->d.end = memory + kPieceBytes;
  piece->d.next = nullptr;
  piece->d.failed = 0;
  ngx_pool_t* last = pool->current;
  while (last->d.next) last = last->d.next;
  last->d.next = piece;
  return true;
}

// The texts are the operation's, which goes now; the access log still looks at them.
bool keep(ngx_http_request_t* request, portal_text* text) {
  auto* copy = static_cast<char*>(ngx_pnalloc(request->pool, text->size));
  if (!copy) return false;
  if (text->size > 0) std::memcpy(copy, text->data, text->size);
  text->data = copy;
  return true;
}

bool make_head(ngx_http_request_t* request, portal_response response) {
  if (!keep(request, &response.content_type)) return false;
  request->headers_out.status = static_cast<ngx_uint_t>(response.status);
  request->headers_out.content_type = string_of(response.content_type);
  request->headers_out.content_type_len = response.content_type.size;
  ngx_http_clear_content_length(request);
  ngx_http_clear_accept_ranges(request);
  for (size_t index = 0; index < response.header_count; ++index) {
    portal_header header = response.headers[index];
    if (!keep(request, &header.name) || !keep(request, &header.value)) return false;
    if (!add_header(request, header.name, header.value)) return false;
  }
  // Whatever the operator says: a compressor would keep events until it has enough of them.
  request->gzip_tested = 1;
  request->gzip_ok = 0;
  request->disable_not_modified = 1;
  request->keepalive = 0;
  // As nginx does where it passes on what comes as it comes. The pace of a download would hold up the last event.
  request->limit_rate = 0;
  request->limit_rate_set = 1;
  return true;
}

bool is_blocked(const ngx_http_request_t* request, const RequestContext* context) {
  return request->buffered || request->connection->buffered || ngx_buf_size(context->buffer) > 0;
}

// A buffer of 16k for each connection with TLS, which is made again when there is something to send.
void free_tls_buffer([[maybe_unused]] ngx_http_request_t* request) {
#if (NGX_HTTP_SSL)
  ngx_connection_t* connection = request->connection;
#if (NGX_HTTP_V2)
  if (request->stream) connection = request->stream->connection->connection;
#endif
  if (!connection->ssl || !connection->ssl->buf || connection->ssl->buf->pos != connection->ssl->buf->last) return;
  ngx_ssl_free_buffer(connection);
#endif
}

ngx_int_t wait_until_writable(ngx_http_request_t* request) {
  const auto* core =
      static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(request, ngx_http_core_module));
  ngx_event_t* write = request->connection->write;
  if (!write->delayed && !write->timer_set) {
    ngx_add_timer(write, core->send_timeout);
  }
  return ngx_handle_write_event(write, core->send_lowat) == NGX_OK ? NGX_DONE : NGX_ERROR;
}

// NGX_DONE: the stream goes on.
ngx_int_t write_events(ngx_http_request_t* request, RequestContext* context) {
  if (is_blocked(request, context))
    return portal_stream_over(context->stream) ? NGX_ERROR : wait_until_writable(request);
  ngx_buf_t* buffer = context->buffer;
  while (true) {
    int last = 0;
    const size_t size =
        portal_stream_read(context->stream, reinterpret_cast<char*>(buffer->start), PORTAL_STREAM_ROOM, &last);
    if (size == 0) return last ? ngx_http_send_special(request, NGX_HTTP_LAST) : NGX_DONE;
    buffer->pos = buffer->start;
    buffer->last = buffer->start + size;
    buffer->last_buf = last ? 1 : 0;
    ngx_chain_t out{buffer, nullptr};
    const ngx_int_t sent = ngx_http_output_filter(request, &out);
    if (sent == NGX_ERROR || last) return sent;
    if (is_blocked(request, context)) return wait_until_writable(request);
    free_tls_buffer(request);
  }
}

void on_writable(ngx_http_request_t* request) noexcept {
  RequestContext* context = find_context(request);
  ngx_event_t* write = request->connection->write;
  if (!context || !context->stream) return;
  if (write->timedout) {
    request->connection->timedout = 1;
    ngx_http_finalize_request(request, NGX_HTTP_REQUEST_TIME_OUT);
    return;
  }
  if (!is_blocked(request, context)) return;
  ngx_int_t result = write->delayed ? NGX_DONE : ngx_http_output_filter(request, nullptr);
  if (result != NGX_ERROR) {
    if (is_blocked(request, context)) {
      result = wait_until_writable(request);
    } else {
      if (write->timer_set && !write->delayed) {
        ngx_del_timer(write);
      }
      free_tls_buffer(request);
      result = write_events(request, context);
    }
  }
  if (result != NGX_DONE) ngx_http_finalize_request(request, result);
}

void on_events(void* data) noexcept {
  auto* context = static_cast<RequestContext*>(data);
  ngx_http_request_t* request = context->request;
  ngx_connection_t* connection = request->connection;
  if (request->post_action) {
    // The client has left, and its request goes on with something else.
    end_stream(context);
    return;
  }
  const ngx_int_t result = write_events(request, context);
  if (result == NGX_DONE) return;
  ngx_http_finalize_request(request, result);
  ngx_http_run_posted_requests(connection);
}

}  // namespace

ngx_int_t begin_stream(ngx_http_request_t* request, RequestContext* context, const portal_response& response) {
  Process* process = main_conf_of(request)->process;
  if (!add_small_piece(request->pool) || !make_head(request, response)) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  context->buffer = ngx_create_temp_buf(request->pool, PORTAL_STREAM_ROOM);
  if (!context->buffer) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  context->buffer->flush = 1;
  context->stream = portal_operation_take_stream(context->operation, on_events, context);
  if (!context->stream) return NGX_HTTP_SERVICE_UNAVAILABLE;
  release_operation(context);
  ngx_queue_insert_tail(&process->streams, &context->link);
  process->keep_process_alive();

  const ngx_int_t sent = ngx_http_send_header(request);
  if (sent == NGX_ERROR || sent > NGX_OK || request->header_only) return sent;
  request->write_event_handler = on_writable;
  // An event is a few bytes, which must not wait for the answer to those before.
  if (!request->stream) ngx_tcp_nodelay(request->connection);
  setsockopt(request->connection->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUnansweredMilliseconds,
             sizeof kUnansweredMilliseconds);  // not on a socket of the file system
  return write_events(request, context);
}

void end_stream(RequestContext* context) {
  if (!context->stream) return;
  portal_stream_destroy(context->stream);
  context->stream = nullptr;
  ngx_queue_remove(&context->link);
}

void leave_streams(Process& process) {
  const auto* core = reinterpret_cast<ngx_core_conf_t*>(ngx_get_conf(ngx_cycle->conf_ctx, ngx_core_module));
  const auto pace = static_cast<ngx_msec_t>(portal_worker_streams(process.worker)) * kMillisecondsForEach;
  ngx_msec_t within = std::clamp(pace, kShortestLeave, kLongestLeave);
  // Before nginx itself closes what is left.
  if (core->shutdown_timeout != 0) within = std::min(within, core->shutdown_timeout / 5 * 4);
  portal_worker_leave(process.worker, static_cast<uint32_t>(within));
}

}  // namespace portal::nginx
