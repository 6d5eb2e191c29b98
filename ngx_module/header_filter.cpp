// The headers that every answer carries, also nginx's own errors (SECURITY R34). A header that is there already stays.
#include <algorithm>
#include <array>

#include "guard.hpp"
#include "module.hpp"

namespace portal::nginx {
namespace {

constexpr std::size_t kSecurityHeaders = 7;

// As they stand in an answer.
std::array<ngx_table_elt_t, kSecurityHeaders> make_security_headers() {
  struct Line {
    ngx_str_t name;
    ngx_str_t value;
  };
  const std::array<Line, kSecurityHeaders> lines = {{
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
  std::array<ngx_table_elt_t, kSecurityHeaders> headers{};
  for (std::size_t number = 0; number < lines.size(); ++number) {
    headers[number].hash = 1;
    headers[number].key = lines[number].name;
    headers[number].value = lines[number].value;
  }
  return headers;
}

const std::array<ngx_table_elt_t, kSecurityHeaders>& security_headers() {
  static const std::array<ngx_table_elt_t, kSecurityHeaders> kHeaders = make_security_headers();
  return kHeaders;
}

bool is_named(const ngx_table_elt_t& header, const ngx_str_t& name) {
  return header.hash && header.key.len == name.len && ngx_strncasecmp(header.key.data, name.data, name.len) == 0;
}

// How long their names are, a bit for each length.
std::uint32_t lengths_of_names() {
  std::uint32_t lengths = 0;
  for (const ngx_table_elt_t& each : security_headers()) lengths |= 1U << each.key.len;
  return lengths;
}

// Those that are there already, a bit for each.
unsigned find_present(ngx_http_request_t* request) {
  static const std::uint32_t kLengths = lengths_of_names();
  unsigned present = 0;
  for (ngx_list_part_t* part = &request->headers_out.headers.part; part; part = part->next) {
    const auto* elements = static_cast<ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t element = 0; element < part->nelts; ++element) {
      if (elements[element].key.len >= 32 || !(kLengths >> elements[element].key.len & 1U)) continue;
      for (std::size_t number = 0; number < kSecurityHeaders; ++number) {
        if (is_named(elements[element], security_headers()[number].key)) present |= 1U << number;
      }
    }
  }
  return present;
}

bool add_security_headers(ngx_http_request_t* request) {
  const std::array<ngx_table_elt_t, kSecurityHeaders>& headers = security_headers();
  const unsigned present = find_present(request);
  const ngx_list_t& list = request->headers_out.headers;
  // Nearly always there is room for all of them, and none is there.
  if (present == 0 && list.nalloc - list.last->nelts >= headers.size()) {
    std::ranges::copy(headers, static_cast<ngx_table_elt_t*>(list.last->elts) + list.last->nelts);
    list.last->nelts += headers.size();
    return true;
  }
  for (std::size_t number = 0; number < headers.size(); ++number) {
    if (present & 1U << number) continue;
    auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&request->headers_out.headers));
    if (!header) return false;
    *header = headers[number];
  }
  return true;
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
  if (!add_security_headers(request)) return NGX_ERROR;
  return next_header_filter(request);
}

}  // namespace

bool has_header(ngx_http_request_t* request, const ngx_str_t& name) {
  for (ngx_list_part_t* part = &request->headers_out.headers.part; part; part = part->next) {
    const auto* elements = static_cast<ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t number = 0; number < part->nelts; ++number) {
      if (is_named(elements[number], name)) return true;
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
