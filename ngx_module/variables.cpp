// Variables for logs and for what stands behind nginx.
#include <array>
#include <string_view>

#include "guard.hpp"
#include "module.hpp"

namespace portal::nginx {
namespace {

ngx_int_t set_value(ngx_http_variable_value_t* value, const u_char* data, size_t size) {
  value->valid = 1;
  value->no_cacheable = 0;
  value->not_found = 0;
  value->data = const_cast<u_char*>(data);
  value->len = static_cast<unsigned>(size) & 0x0fffffffU;
  return NGX_OK;
}

// The same id everywhere: in problems, in the error log, in security events and in the access log.
ngx_int_t get_request_id(ngx_http_request_t* request, ngx_http_variable_value_t* value, uintptr_t /*data*/) noexcept {
  const auto* main = static_cast<MainConf*>(ngx_http_get_module_main_conf(request, ngx_http_portal_module));
  const ngx_http_variable_value_t* id =
      ngx_http_get_indexed_variable(request, static_cast<ngx_uint_t>(main->request_id_variable));
  if (!id || id->not_found) {
    value->not_found = 1;
    return NGX_OK;
  }
  return set_value(value, id->data, id->len);
}

// A text of what `portal_auth` has found out; `offset` says where it stands in a portal_identity.
ngx_int_t get_identity(ngx_http_request_t* request, ngx_http_variable_value_t* value, uintptr_t offset) noexcept {
  portal_text text{};
  if (const portal_identity* identity = find_identity(request))
    text = *reinterpret_cast<const portal_text*>(reinterpret_cast<const char*>(identity) + offset);
  if (text.size > 0) return set_value(value, reinterpret_cast<const u_char*>(text.data), text.size);
  value->not_found = 1;
  return NGX_OK;
}

ngx_int_t get_account(ngx_http_request_t* request, ngx_http_variable_value_t* value, uintptr_t /*data*/) noexcept {
  const RequestContext* context = find_context(request->main);
  if (const MemoryAnswer* answer = context ? nullptr : find_memory_answer(request->main)) {
    const ngx_str_t account = account_of(answer);
    return set_value(value, account.data, account.len);
  }
  if (!context) return get_identity(request, value, offsetof(portal_identity, account));
  if (!context->operation) return set_value(value, context->account.data, context->account.len);
  const portal_text account = portal_operation_account(context->operation);
  return set_value(value, reinterpret_cast<const u_char*>(account.data), account.size);
}

// Seconds with milliseconds, as nginx's own times.
ngx_int_t get_database_time(ngx_http_request_t* request, ngx_http_variable_value_t* value,
                            uintptr_t /*data*/) noexcept {
  const RequestContext* context = find_context(request->main);
  if (!context && !find_memory_answer(request->main)) {
    value->not_found = 1;
    return NGX_OK;
  }
  const uint64_t microseconds = !context             ? 0
                                : context->operation ? portal_operation_database_microseconds(context->operation)
                                                     : context->database_microseconds;
  auto* text = static_cast<u_char*>(ngx_pnalloc(request->pool, NGX_INT64_LEN + 5));
  if (!text) return NGX_ERROR;
  const uint64_t milliseconds = microseconds / 1000;
  const u_char* end = ngx_sprintf(text, "%uL.%03uL", milliseconds / 1000, milliseconds % 1000);
  return set_value(value, text, static_cast<size_t>(end - text));
}

// What came of looking for the answer in the worker's memory.
ngx_int_t get_cache_status(ngx_http_request_t* request, ngx_http_variable_value_t* value, uintptr_t /*data*/) noexcept {
  constexpr std::array<std::string_view, 5> kWords = {"", "hit", "miss", "bypass", "expired_lease"};
  std::string_view word;
  if (find_memory_answer(request->main)) {
    word = kWords[PORTAL_CACHE_HIT];
  } else if (const RequestContext* context = find_context(request->main)) {
    word = kWords[context->operation ? static_cast<ngx_uint_t>(portal_operation_cache(context->operation))
                                     : context->cache];
  }
  if (!word.empty()) return set_value(value, reinterpret_cast<const u_char*>(word.data()), word.size());
  value->not_found = 1;
  return NGX_OK;
}

struct Named {
  ngx_str_t name;
  ngx_http_get_variable_pt get;
  uintptr_t data = 0;
};

}  // namespace

// docs/variables.md is held against this table by a test (tests/integration/test_directives.py).
ngx_int_t add_variables(ngx_conf_t* conf) noexcept {
  std::array<Named, 9> variables = {{
      {ngx_string("portal_request_id"), get_request_id},
      {ngx_string("portal_account"), get_account},
      {ngx_string("portal_db_time"), get_database_time},
      {ngx_string("portal_cache_status"), get_cache_status},
      {ngx_string("portal_client_id"), get_identity, offsetof(portal_identity, client_id)},
      {ngx_string("portal_member_id"), get_identity, offsetof(portal_identity, member_id)},
      {ngx_string("portal_membership_id"), get_identity, offsetof(portal_identity, membership_id)},
      {ngx_string("portal_email"), get_identity, offsetof(portal_identity, email)},
      {ngx_string("portal_permissions"), get_identity, offsetof(portal_identity, permissions)},
  }};
  for (Named& each : variables) {
    // Who asks is known only once the core has looked, and the time goes on.
    ngx_http_variable_t* variable = ngx_http_add_variable(conf, &each.name, NGX_HTTP_VAR_NOCACHEABLE);
    if (!variable) return NGX_ERROR;
    variable->get_handler = each.get;
    variable->data = each.data;
  }
  return NGX_OK;
}

}  // namespace portal::nginx
