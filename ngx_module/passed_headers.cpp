// The headers of a request to a guarded location, as what stands behind (proxy_pass, fastcgi_pass and the others) finds
// them: nothing that only the portal may say, unless the portal says it.
#include <array>
#include <cstring>
#include <string_view>

#include "guard.hpp"

namespace portal::nginx {
namespace {

constexpr std::size_t kIdentityHeaders = 6;

constexpr char to_lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

// As nginx computes it of the name in lower case.
constexpr ngx_uint_t hash_of(std::string_view name) {
  ngx_uint_t hash = 0;
  for (const char character : name) hash = ngx_hash(hash, static_cast<u_char>(to_lower(character)));
  return hash;
}

// Gateways make one name of many: letters lose their case, and what is no letter and no digit becomes "_".
bool looks_like_ours(const ngx_str_t& name) {
  constexpr std::string_view kPrefix = "portal-";
  if (name.len < kPrefix.size()) return false;
  for (std::size_t index = 0; index < kPrefix.size(); ++index) {
    const char character = to_lower(static_cast<char>(name.data[index]));
    const bool plain = (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
    if ((plain ? character : '-') != kPrefix[index]) return false;
  }
  return true;
}

bool is_cookie(const ngx_table_elt_t& header) {
  return header.key.len == 6 &&
         ngx_strncasecmp(header.key.data, reinterpret_cast<u_char*>(const_cast<char*>("cookie")), 6) == 0;
}

template <class Function>
bool for_each(const ngx_list_part_t* first, Function function) {
  for (const ngx_list_part_t* part = first; part; part = part->next) {
    auto* elements = static_cast<ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t number = 0; number < part->nelts; ++number) {
      if (!function(elements[number])) return false;
    }
  }
  return true;
}

// What stays of a Cookie header; the same text when all of it does.
bool filter_cookies(ngx_pool_t* pool, ngx_str_t* value) {
  auto* kept = static_cast<u_char*>(ngx_pnalloc(pool, value->len + 1));
  if (!kept) return false;
  const size_t size = portal_cookies_of_others(text_of(*value), reinterpret_cast<char*>(kept));
  if (size != value->len) *value = {size, kept};
  return true;
}

ngx_table_elt_t* push(ngx_http_request_t* request, const ngx_table_elt_t& header) {
  auto* element = static_cast<ngx_table_elt_t*>(ngx_list_push(&request->headers_in.headers));
  if (element) *element = header;
  return element;
}

// nginx keeps those apart for $http_cookie and $cookie_...: an array until 1.22, a list from 1.23 on.
class CookieList {
 public:
  explicit CookieList(ngx_http_request_t* request) : request_(request) {
#if (nginx_version >= 1023000)
    request_->headers_in.cookie = nullptr;
    last_ = &request_->headers_in.cookie;
#endif
  }
  bool begin() {
#if (nginx_version < 1023000)
    return ngx_array_init(&request_->headers_in.cookies, request_->pool, 2, sizeof(ngx_table_elt_t*)) == NGX_OK;
#else
    return true;
#endif
  }
  bool add(ngx_table_elt_t* cookie) {
#if (nginx_version < 1023000)
    auto** place = static_cast<ngx_table_elt_t**>(ngx_array_push(&request_->headers_in.cookies));
    if (place) *place = cookie;
    return place != nullptr;
#else
    cookie->next = nullptr;
    *last_ = cookie;
    last_ = &cookie->next;
    return true;
#endif
  }

 private:
  ngx_http_request_t* request_;
#if (nginx_version >= 1023000)
  ngx_table_elt_t** last_;
#endif
};

// Elements are never changed where they are: nginx points at them from elsewhere, and a subrequest shares them with the
// request that made it. So the list is made anew.
bool rebuild(ngx_http_request_t* request, ngx_uint_t count) {
  const ngx_list_part_t old = request->headers_in.headers.part;
  CookieList cookies(request);
  if (!cookies.begin() || ngx_list_init(&request->headers_in.headers, request->pool, count + kIdentityHeaders,
                                        sizeof(ngx_table_elt_t)) != NGX_OK)
    return false;
  return for_each(&old, [&](const ngx_table_elt_t& header) {
    if (looks_like_ours(header.key)) return true;
    if (!is_cookie(header)) return push(request, header) != nullptr;
    ngx_table_elt_t kept = header;
    if (!filter_cookies(request->pool, &kept.value)) return false;
    if (kept.value.len == 0) return true;
    ngx_table_elt_t* cookie = push(request, kept);
    return cookie && cookies.add(cookie);
  });
}

struct Name {
  std::string_view key;
  std::string_view lower;
};

constexpr std::array<Name, kIdentityHeaders> kNames = {{{"Portal-Account", "portal-account"},
                                                        {"Portal-Client-Id", "portal-client-id"},
                                                        {"Portal-Member-Id", "portal-member-id"},
                                                        {"Portal-Membership-Id", "portal-membership-id"},
                                                        {"Portal-Email", "portal-email"},
                                                        {"Portal-Permissions", "portal-permissions"}}};

// A value that could end the header is none; the schema lets no such value in.
bool can_be_sent(const ngx_str_t& value) {
  for (size_t index = 0; index < value.len; ++index) {
    if (value.data[index] < ' ' || value.data[index] == 0x7f) return false;
  }
  return value.len > 0;
}

bool shows_changed_headers(const ngx_str_t& variable) {
  const std::string_view name = view_of(variable);
  return name == "http_cookie" || name.starts_with("http_portal_");
}

}  // namespace

portal_header* collect_headers(ngx_http_request_t* request, size_t* count, ngx_pool_t* pool) {
  *count = 0;
  for_each(&request->headers_in.headers.part, [&](const ngx_table_elt_t& /*header*/) { return ++*count > 0; });
  const size_t size = sizeof(portal_header) * (*count + 1);
  auto* headers = static_cast<portal_header*>(pool ? ngx_palloc(pool, size) : ngx_alloc(size, ngx_cycle->log));
  if (!headers) return nullptr;
  size_t index = 0;
  for_each(&request->headers_in.headers.part, [&](const ngx_table_elt_t& header) {
    headers[index++] = {text_of(header.key), text_of(header.value)};
    return true;
  });
  return headers;
}

bool clean_headers(ngx_http_request_t* request) {
  ngx_uint_t count = 0;
  bool clean = true;
  for_each(&request->headers_in.headers.part, [&](const ngx_table_elt_t& header) {
    ++count;
    if (looks_like_ours(header.key) || is_cookie(header)) clean = false;
    return true;
  });
  if (clean) return true;
  if (!rebuild(request, count)) return false;
  forget_header_variables(request);
  return true;
}

bool add_identity_headers(ngx_http_request_t* request, const portal_identity& identity) {
  const std::array<portal_text, kIdentityHeaders> values = {identity.account,   identity.client_id,
                                                            identity.member_id, identity.membership_id,
                                                            identity.email,     identity.permissions};
  for (std::size_t index = 0; index < kNames.size(); ++index) {
    const ngx_str_t value = string_of(values[index]);
    if (!can_be_sent(value)) continue;
    ngx_table_elt_t header{};
    header.hash = hash_of(kNames[index].key);
    header.key = {kNames[index].key.size(), reinterpret_cast<u_char*>(const_cast<char*>(kNames[index].key.data()))};
    header.lowcase_key = reinterpret_cast<u_char*>(const_cast<char*>(kNames[index].lower.data()));
    header.value = value;
    if (!push(request, header)) return false;
  }
  forget_header_variables(request);
  return true;
}

std::vector<ngx_uint_t> find_header_variables(ngx_cycle_t* cycle) {
  std::vector<ngx_uint_t> found;
  const auto* core =
      static_cast<ngx_http_core_main_conf_t*>(ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module));
  if (!core) return found;
  const auto* variables = static_cast<ngx_http_variable_t*>(core->variables.elts);
  for (ngx_uint_t index = 0; index < core->variables.nelts; ++index) {
    if (shows_changed_headers(variables[index].name)) found.push_back(index);
  }
  return found;
}

void forget_header_variables(ngx_http_request_t* request) {
  const Process* process = main_conf_of(request)->process;
  if (!process) return;
  for (const ngx_uint_t index : process->header_variables) {
    request->variables[index].valid = 0;
    request->variables[index].not_found = 0;
  }
}

}  // namespace portal::nginx
