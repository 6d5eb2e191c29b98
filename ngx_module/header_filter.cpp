// The headers that every answer carries, also nginx's own errors (SECURITY R34). A header that is there already stays.
#include <array>

#include "guard.hpp"
#include "module.hpp"

namespace portal::nginx {
namespace {

struct SecurityHeader {
  ngx_str_t name;
  ngx_str_t value;
};

std::array<SecurityHeader, 7> security_headers() {
  return {{
      {ngx_string("Strict-Transport-Security"), ngx_string("max-age=31536000")},
      {ngx_string("X-Content-Type-Options"), ngx_string("nosniff")},
      {ngx_string("Content-Security-Policy"),
       ngx_string(
           "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src "
           "'self'; "
           "manifest-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'")},
      {ngx_string("Referrer-Policy"), ngx_string("no-referrer")},
      {ngx_string("Cross-Origin-Opener-Policy"), ngx_string("same-origin")},
      {ngx_string("Cross-Origin-Resource-Policy"), ngx_string("same-origin")},
      {ngx_string("X-Frame-Options"), ngx_string("DENY")},
  }};
}

// nginx chains its filters through such variables; set once, in the master, when the configuration is read.
ngx_http_output_header_filter_pt next_header_filter;

ngx_int_t filter(ngx_http_request_t* request) noexcept {
  const auto* conf = static_cast<LocConf*>(ngx_http_get_module_loc_conf(request, ngx_http_portal_module));
  if (request != request->main) return next_header_filter(request);
  const ngx_str_t cache_control = ngx_string("Cache-Control");
  const Guard* guard = find_guard(request);
  const bool refused = guard && guard->refused_status != 0;
  if ((conf->error_pages == 1 || refused) && prepare_refusal(request, conf) != NGX_OK) return NGX_ERROR;
  if (guard && !has_header(request, cache_control) && !add_header(request, {"Cache-Control", 13}, {"no-store", 8}))
    return NGX_ERROR;
  if (conf->security_headers != 1) return next_header_filter(request);
  for (const SecurityHeader& each : security_headers()) {
    if (has_header(request, each.name)) continue;
    auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&request->headers_out.headers));
    if (!header) return NGX_ERROR;
    header->hash = 1;
    header->key = each.name;
    header->value = each.value;
  }
  return next_header_filter(request);
}

}  // namespace

bool has_header(ngx_http_request_t* request, const ngx_str_t& name) {
  for (ngx_list_part_t* part = &request->headers_out.headers.part; part; part = part->next) {
    const auto* elements = static_cast<ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t number = 0; number < part->nelts; ++number) {
      const ngx_table_elt_t& element = elements[number];
      if (element.hash && element.key.len == name.len && ngx_strncasecmp(element.key.data, name.data, name.len) == 0)
        return true;
    }
  }
  return false;
}

bool add_header(ngx_http_request_t* request, portal_text name, portal_text value) {
  auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&request->headers_out.headers));
  if (!header) return false;
  header->hash = 1;
  header->key = {name.size, reinterpret_cast<u_char*>(const_cast<char*>(name.data))};
  header->value = {value.size, reinterpret_cast<u_char*>(const_cast<char*>(value.data))};
  return true;
}

ngx_int_t install_header_filter(ngx_conf_t* /*conf*/) noexcept {
  next_header_filter = ngx_http_top_header_filter;
  ngx_http_top_header_filter = filter;
  install_refusal_filter();
  return NGX_OK;
}

}  // namespace portal::nginx
