// Answers from the worker's memory: no operation, no coroutine, and of the request's memory no more than nginx itself
// takes for a small file. What is sent stands where it is kept, and is held until the request's pool ends.
#include <cstring>
#include <string_view>

#include "module.hpp"

namespace portal::nginx {

struct MemoryAnswer {
  portal_kept* kept;
  size_t account_size;
  u_char account[64];  // a slug has at most 63 characters
};

namespace {

void on_pool_end(void* data) noexcept { portal_kept_release(static_cast<MemoryAnswer*>(data)->kept); }

bool is(const ngx_table_elt_t& header, std::string_view lower_case_name) {
  return header.key.len == lower_case_name.size() &&
         std::memcmp(header.lowcase_key, lower_case_name.data(), lower_case_name.size()) == 0;
}

// False: a header is there twice or says nothing, which is a matter for the core.
bool take(portal_text* place, const ngx_table_elt_t& header) {
  if (place->size > 0 || header.value.len == 0) return false;
  *place = text_of(header.value);
  return true;
}

bool read_headers(ngx_http_request_t* request, portal_cache_question* question) {
  for (const ngx_list_part_t* part = &request->headers_in.headers.part; part; part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t number = 0; number < part->nelts; ++number) {
      const ngx_table_elt_t& header = headers[number];
      bool once = true;
      switch (header.key.len) {
        case 6:
          if (is(header, "cookie")) once = take(&question->cookie, header);
          break;
        case 13:
          if (is(header, "if-none-match")) once = take(&question->if_none_match, header);
          break;
        case 15:
          if (is(header, "accept-encoding")) once = take(&question->accept_encoding, header);
          break;
        case 17:
          if (is(header, "portal-membership")) once = take(&question->membership, header);
          break;
        default:
          break;
      }
      if (!once) return false;
    }
  }
  return true;
}

bool remember(ngx_http_request_t* request, const portal_cache_answer& found) {
  ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(request->pool, sizeof(MemoryAnswer));
  if (!cleanup) return false;
  auto* answer = static_cast<MemoryAnswer*>(cleanup->data);
  answer->kept = found.kept;
  answer->account_size = found.account.size < sizeof answer->account ? found.account.size : 0;
  std::memcpy(answer->account, found.account.data, answer->account_size);
  cleanup->handler = on_pool_end;
  return true;
}

ngx_int_t send_answer(ngx_http_request_t* request, const portal_cache_answer& found) {
  if (const ngx_int_t discarded = ngx_http_discard_request_body(request); discarded != NGX_OK) return discarded;
  request->headers_out.status = static_cast<ngx_uint_t>(found.status);
  if (!add_header(request, {"Cache-Control", 13}, {"no-store", 8}) || !describe_body(request, found.etag, found.gzip))
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  if (found.status == NGX_HTTP_NOT_MODIFIED) {
    request->header_only = 1;
    ngx_http_clear_content_length(request);
    return ngx_http_send_header(request);
  }
  // What filters look for in their tables of types, which nginx would work out for each answer.
  static const ngx_str_t json = ngx_string("application/json");
  static const ngx_uint_t kHash = ngx_hash_key(json.data, json.len);
  request->headers_out.content_type = json;
  request->headers_out.content_type_len = json.len;
  request->headers_out.content_type_lowcase = json.data;
  request->headers_out.content_type_hash = kHash;
  return send_body(request, found.body);
}

}  // namespace

const MemoryAnswer* find_memory_answer(ngx_http_request_t* request) {
  for (ngx_pool_cleanup_t* each = request->pool->cleanup; each; each = each->next) {
    if (each->handler == on_pool_end) return static_cast<const MemoryAnswer*>(each->data);
  }
  return nullptr;
}

ngx_str_t account_of(const MemoryAnswer* answer) {
  return {answer->account_size, const_cast<u_char*>(answer->account)};
}

bool describe_body(ngx_http_request_t* request, portal_text etag, int gzip) {
  request->disable_not_modified = 1;  // preconditions are the core's: nginx's filter ignores the method
#if (NGX_HTTP_GZIP)
  // nginx would compress the plain body every time, and weaken its entity tag.
  // What is compressed goes to who takes it: nginx's filter that decompresses has to know.
  request->gzip_tested = 1;
  request->gzip_ok = gzip ? 1 : 0;
#endif
  if (!add_header(request, {"ETag", 4}, etag)) return false;
  if (gzip) {
    if (!add_header(request, {"Content-Encoding", 16}, {"gzip", 4})) return false;
    const ngx_list_part_t* last = request->headers_out.headers.last;
    request->headers_out.content_encoding = static_cast<ngx_table_elt_t*>(last->elts) + last->nelts - 1;
  }
#if (NGX_HTTP_GZIP)
  // Where `gzip_vary` is on, nginx says it by itself once it is told to.
  const auto* core =
      static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(request, ngx_http_core_module));
  if (core->gzip_vary) {
    request->gzip_vary = 1;
    return true;
  }
#endif
  return add_header(request, {"Vary", 4}, {"Accept-Encoding", 15});
}

ngx_int_t send_body(ngx_http_request_t* request, portal_text body) {
  request->headers_out.content_length_n = static_cast<off_t>(body.size);
  const ngx_int_t sent = ngx_http_send_header(request);
  if (sent == NGX_ERROR || sent > NGX_OK || request->header_only) return sent;
  auto* buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(request->pool));
  if (!buffer) return NGX_ERROR;
  const ngx_str_t bytes = string_of(body);
  buffer->pos = bytes.data;
  buffer->last = bytes.data + bytes.len;
  buffer->memory = 1;
  buffer->last_buf = 1;
  ngx_chain_t out{buffer, nullptr};
  return ngx_http_output_filter(request, &out);
}

ngx_int_t answer_from_memory(ngx_http_request_t* request, ngx_uint_t* outcome) noexcept {
  const LocConf* conf = loc_conf_of(request);
  *outcome = PORTAL_CACHE_OFF;
  if (conf->cache == 0 || !(request->method & (NGX_HTTP_GET | NGX_HTTP_HEAD))) return NGX_DECLINED;
  // Who has a body is the core's to refuse.
  if (request->headers_in.content_length_n > 0 || request->headers_in.chunked) return NGX_DECLINED;
#if (NGX_HTTP_V2)
  if (request->stream && !request->stream->in_closed) return NGX_DECLINED;
#endif
  portal_cache_question question{};
  ngx_str_t account{};
  *outcome = PORTAL_CACHE_MISS;
  if (!read_headers(request, &question) || !find_account(request, conf, &account)) return NGX_DECLINED;
  question.path = text_of(request->uri);
  question.query = text_of(request->args);
  question.host = text_of(request->headers_in.server);
  question.account = text_of(account);
  question.insecure_cookie = conf->insecure_cookie == 1;
  portal_cache_answer found{};
  *outcome = static_cast<ngx_uint_t>(portal_cache_find(main_conf_of(request)->process->worker, &question, &found));
  if (*outcome != PORTAL_CACHE_HIT) return NGX_DECLINED;
  if (!remember(request, found)) {
    portal_kept_release(found.kept);
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return send_answer(request, found);
}

}  // namespace portal::nginx
