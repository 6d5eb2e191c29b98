// What nginx itself refuses (400, 404, 405, 413, 414, 5xx and the rest) is answered in our form. nginx writes its
// own page into the output; these filters change the head of that answer and put our body into the place of the page.
// error_page could not do it: a request whose line cannot be read has no path, and then nginx does not look at it.
#include <string_view>

#include "guard.hpp"
#include "module.hpp"

namespace portal::nginx {
namespace {

constexpr size_t kRoom = 4096;

// Lives in the request's pool, as the module's context.
struct Refusal {
  ngx_buf_t buffer;
  bool sent;
};

// nginx chains its filters through such variables; set once, in the master, when the configuration is read.
ngx_http_output_body_filter_pt next_body_filter;

portal_text find_header(ngx_http_request_t* request, std::string_view name) {
  for (ngx_list_part_t* part = &request->headers_in.headers.part; part; part = part->next) {
    auto* elements = static_cast<ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t number = 0; number < part->nelts; ++number) {
      const ngx_str_t& key = elements[number].key;
      if (key.len == name.size() &&
          ngx_strncasecmp(key.data, reinterpret_cast<u_char*>(const_cast<char*>(name.data())), key.len) == 0)
        return text_of(elements[number].value);
    }
  }
  return {nullptr, 0};
}

void drop_header(ngx_http_request_t* request, std::string_view name) {
  for (ngx_list_part_t* part = &request->headers_out.headers.part; part; part = part->next) {
    auto* elements = static_cast<ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t number = 0; number < part->nelts; ++number) {
      const ngx_str_t& key = elements[number].key;
      if (key.len == name.size() &&
          ngx_strncasecmp(key.data, reinterpret_cast<u_char*>(const_cast<char*>(name.data())), key.len) == 0)
        elements[number].hash = 0;  // nginx sends no such header
    }
  }
}

// Of a line that could not be read, whatever follows its first word.
portal_text find_path(ngx_http_request_t* request) {
  if (request->uri.len != 0) return text_of(request->uri);
  std::string_view line{reinterpret_cast<const char*>(request->request_line.data), request->request_line.len};
  const ngx_buf_t* head = request->header_in;
  if (line.empty() && head && request->request_start && request->request_start >= head->start &&
      request->request_start < head->last) {
    line = {reinterpret_cast<const char*>(request->request_start),
            static_cast<size_t>(head->last - request->request_start)};
  }
  const size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return {nullptr, 0};
  line.remove_prefix(blank + 1);
  return {line.data(), line.size()};
}

// An error page of the operator's own is served after a redirect inside nginx; it stays.
bool is_own_page(ngx_http_request_t* request) {
  if (request->err_status < NGX_HTTP_BAD_REQUEST) return false;
  const auto* core =
      static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(request, ngx_http_core_module));
  return !(request->internal && (request->error_page || core->error_pages));
}

bool is_worth_repeating(ngx_uint_t status) {
  return status == NGX_HTTP_BAD_GATEWAY || status == NGX_HTTP_SERVICE_UNAVAILABLE ||
         status == NGX_HTTP_GATEWAY_TIME_OUT;
}

// Between 1 and 5 seconds, so that not all come back at once.
bool add_retry_after(ngx_http_request_t* request) {
  static constexpr const char* kSeconds = "12345";
  return add_header(request, {"Retry-After", 11}, {kSeconds + ngx_random() % 5, 1});
}

ngx_int_t body_filter(ngx_http_request_t* request, ngx_chain_t* in) noexcept {
  auto* refusal = static_cast<Refusal*>(ngx_http_get_module_ctx(request, ngx_http_portal_module));
  if (!refusal || request != request->main || !in) return next_body_filter(request, in);
  for (ngx_chain_t* link = in; link; link = link->next) {
    link->buf->pos = link->buf->last;
    link->buf->file_pos = link->buf->file_last;
  }
  if (refusal->sent) return NGX_OK;
  refusal->sent = true;
  ngx_chain_t out{&refusal->buffer, nullptr};
  return next_body_filter(request, &out);
}

// Of portal_auth, where it is what this answer tells.
int guard_error(ngx_http_request_t* request) {
  const Guard* guard = find_guard(request);
  if (!guard || static_cast<ngx_uint_t>(guard->refused_status) != request->headers_out.status) return 0;
  return guard->refused_error;
}

// nginx says 500 where it cannot write a body to its file, nearly always for want of room (SECURITY S1). Before the API
// has anything of a body nothing else says so, but for want of memory.
bool has_lost_body(ngx_http_request_t* request) {
  if (request->headers_out.status != NGX_HTTP_INTERNAL_SERVER_ERROR) return false;
  if (request->content_handler != handle_api || !request->request_body) return false;
  const RequestContext* context = find_context(request);
  return !context || context->body_coming;
}

}  // namespace

ngx_int_t prepare_refusal(ngx_http_request_t* request, const LocConf* conf) {
  if (!is_own_page(request)) return NGX_OK;
  auto* refusal = static_cast<Refusal*>(ngx_pcalloc(request->pool, sizeof(Refusal)));
  auto* room = static_cast<u_char*>(ngx_pnalloc(request->pool, kRoom));
  if (!refusal || !room) return NGX_ERROR;
  const bool full = has_lost_body(request);
  if (full) {
    request->err_status = request->headers_out.status = NGX_HTTP_SERVICE_UNAVAILABLE;
    if (!add_header(request, {"Retry-After", 11}, {"60", 2})) return NGX_ERROR;
  }
  const auto* main = static_cast<MainConf*>(ngx_http_get_module_main_conf(request, ngx_http_portal_module));
  const ngx_http_variable_value_t* request_id =
      ngx_http_get_indexed_variable(request, static_cast<ngx_uint_t>(main->request_id_variable));
  portal_refusal described{.status = static_cast<int>(request->headers_out.status),
                           .path = find_path(request),
                           .in_api = conf->enabled == 1,
                           .error = full ? PORTAL_ERROR_STORAGE_FULL : guard_error(request),
                           .accept = find_header(request, "Accept"),
                           .accept_language = find_header(request, "Accept-Language"),
                           .request_id = {}};
  if (request_id && !request_id->not_found)
    described.request_id = {reinterpret_cast<const char*>(request_id->data), request_id->len};
  portal_text content_type{};
  const size_t size = portal_refusal_render(&described, reinterpret_cast<char*>(room), kRoom, &content_type);
  if (size == 0 || size > kRoom) return NGX_OK;  // nginx's own page is better than none

  refusal->buffer.pos = refusal->buffer.start = room;
  refusal->buffer.last = refusal->buffer.end = room + size;
  refusal->buffer.memory = 1;
  refusal->buffer.last_buf = 1;
  refusal->buffer.last_in_chain = 1;
  ngx_http_set_ctx(request, refusal, ngx_http_portal_module);
  request->headers_out.content_length_n = static_cast<off_t>(size);
  request->headers_out.content_type = {content_type.size,
                                       reinterpret_cast<u_char*>(const_cast<char*>(content_type.data))};
  request->headers_out.content_type_len = content_type.size;
  request->headers_out.content_type_lowcase = nullptr;
  // A range that a file does not have is refused after the file's own head was made.
  drop_header(request, "Content-Disposition");
  const ngx_str_t retry_after = ngx_string("Retry-After");
  if (is_worth_repeating(request->headers_out.status) && !has_header(request, retry_after) && !add_retry_after(request))
    return NGX_ERROR;
  const ngx_str_t cache_control = ngx_string("Cache-Control");
  if (!has_header(request, cache_control) && !add_header(request, {"Cache-Control", 13}, {"no-store", 8}))
    return NGX_ERROR;
  return NGX_OK;
}

void install_refusal_filter() {
  next_body_filter = ngx_http_top_body_filter;
  ngx_http_top_body_filter = body_filter;
}

}  // namespace portal::nginx
