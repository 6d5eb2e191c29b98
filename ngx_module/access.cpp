// The life of a guarded request; see guard.hpp.
#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "guard.hpp"

namespace portal::nginx {
namespace {

constexpr size_t kAddressRoom = 8192;  // three characters for each of the longest address, and "/sign-in?next="

void stop_waiting(Guard* guard) {
  if (!guard->identification) return;
  portal_identification_destroy(guard->identification);
  guard->identification = nullptr;
  ngx_queue_remove(&guard->link);
}

// Of the request and of its pool; by the latter the guard is found again where an internal redirect has emptied the
// module's context.
void on_end(void* data) noexcept { stop_waiting(static_cast<Guard*>(data)); }

Guard* make_guard(ngx_http_request_t* request) {
  auto* guard = static_cast<Guard*>(ngx_pcalloc(request->pool, sizeof(Guard)));
  ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(request->pool, 0);
  if (!guard || !cleanup) return nullptr;
  guard->request = request;
  guard->headers = collect_headers(request, &guard->header_count, request->pool);
  if (!guard->headers || !clean_headers(request)) return nullptr;
  cleanup->data = guard;
  cleanup->handler = on_end;
  return guard;
}

// The texts are views of the core's, which does other things next.
bool keep_identity(Guard* guard, portal_identity identity) {
  const std::array<portal_text*, 6> texts = {&identity.account,       &identity.client_id, &identity.member_id,
                                             &identity.membership_id, &identity.email,     &identity.permissions};
  size_t size = 0;
  for (const portal_text* text : texts) size += text->size;
  auto* place = static_cast<char*>(ngx_pnalloc(guard->request->pool, size + 1));
  if (!place) return false;
  for (portal_text* text : texts) {
    if (text->size > 0) std::memcpy(place, text->data, text->size);
    text->data = place;
    place += text->size;
  }
  guard->identity = identity;
  guard->known = true;
  return true;
}

bool describe_as_sent(const Guard* guard, ngx_http_request_t* request, portal_request* described) {
  described->headers = guard->headers;
  described->header_count = guard->header_count;
  return describe_without_id(request, described);
}

bool describe(const Guard* guard, ngx_http_request_t* request, portal_request* described) {
  if (!describe_as_sent(guard, request, described)) return false;
  describe_id(request, described);
  return true;
}

void on_identified(void* data) noexcept {
  auto* guard = static_cast<Guard*>(data);
  ngx_http_request_t* request = guard->request;
  ngx_connection_t* connection = request->connection;
  portal_identity identity{};
  portal_identification_result(guard->identification, &identity);
  if (!keep_identity(guard, identity)) {
    guard->identity = {};
    guard->identity.status = NGX_HTTP_SERVICE_UNAVAILABLE;
    guard->known = true;
  }
  stop_waiting(guard);
  if (request->post_action) return;  // the client has left, and its request goes on with something else
  request->read_event_handler = ngx_http_block_reading;
  request->write_event_handler = ngx_http_core_run_phases;
  ngx_http_core_run_phases(request);
  ngx_http_run_posted_requests(connection);
}

// NGX_OK: known now; NGX_AGAIN: the request is suspended.
ngx_int_t identify(ngx_http_request_t* request, Guard* guard, const LocConf* conf) {
  Process* process = main_conf_of(request)->process;
  portal_request described{};
  if (!process) return NGX_HTTP_SERVICE_UNAVAILABLE;
  if (!describe_as_sent(guard, request, &described)) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  guard->account = string_of(described.account);
  portal_identity identity{};
  if (portal_identify_at_once(process->worker, &described, conf->auth_permissions, &identity))
    return keep_identity(guard, identity) ? NGX_OK : NGX_HTTP_INTERNAL_SERVER_ERROR;
  describe_id(request, &described);

  ngx_http_cleanup_t* cleanup = ngx_http_cleanup_add(request, 0);
  if (!cleanup) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  guard->identification =
      portal_identification_start(process->worker, &described, conf->auth_permissions, on_identified, guard);
  if (!guard->identification) return NGX_HTTP_SERVICE_UNAVAILABLE;
  cleanup->data = guard;
  cleanup->handler = on_end;
  ngx_queue_insert_tail(&process->guards, &guard->link);
  process->keep_process_alive();
  watch_client(request);
  return NGX_AGAIN;
}

// Remembered for the answer, which is the main request's.
ngx_int_t refuse(const ngx_http_request_t* request, Guard* guard, int status, int error) {
  if (request == request->main) {
    guard->refused_status = status;
    guard->refused_error = error;
  }
  return status;
}

ngx_int_t refuse_known(ngx_http_request_t* request, Guard* guard, int error) {
  portal_request described{};
  if (Process* process = main_conf_of(request)->process; process && describe(guard, request, &described))
    portal_identity_refused(process->worker, &described, &guard->identity, error);
  return refuse(request, guard, NGX_HTTP_FORBIDDEN, error);
}

// Relative, so that it is right behind whatever stands before nginx; `next` is the address that was asked for first.
ngx_int_t lead_to_sign_in(ngx_http_request_t* request, Guard* guard) {
  portal_request described{};
  auto* room = static_cast<char*>(ngx_pnalloc(request->pool, kAddressRoom));
  if (!room || !describe(guard, request, &described)) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  const size_t size = portal_sign_in_address(&described, text_of(request->unparsed_uri), room, kAddressRoom);
  if (size == 0 || size > kAddressRoom)
    return refuse(request, guard, NGX_HTTP_UNAUTHORIZED, PORTAL_ERROR_NOT_SIGNED_IN);
  if (!add_header(request, {"Location", 8}, {room, size})) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  return NGX_HTTP_SEE_OTHER;
}

// A session opens one account. Where another location belongs to another one, what was found out does not count there.
bool is_of_this_account(ngx_http_request_t* request, const Guard* guard, const LocConf* conf) {
  ngx_str_t account{};
  return find_account(request, conf, &account) && view_of(account) == view_of(guard->account);
}

// For the rule of this location, whatever an earlier one of the same request said.
ngx_int_t admit(ngx_http_request_t* request, Guard* guard, const LocConf* conf) {
  const portal_identity& identity = guard->identity;
  if (request == request->main) guard->refused_status = 0;
  if (identity.status != 0) return refuse(request, guard, identity.status, identity.error);
  const bool required = conf->auth == kAuthRequired;
  if (!identity.signed_in && !required) return NGX_DECLINED;
  if (identity.cross_site) return refuse_known(request, guard, PORTAL_ERROR_CROSS_SITE_REQUEST);
  if (!identity.signed_in) {
    if (request != request->main) return refuse(request, guard, NGX_HTTP_UNAUTHORIZED, PORTAL_ERROR_NOT_SIGNED_IN);
    return lead_to_sign_in(request, guard);
  }
  if ((identity.permission_bits & conf->auth_permissions) != conf->auth_permissions)
    return refuse_known(request, guard, PORTAL_ERROR_PERMISSION_REQUIRED);
  if (request == request->main && !guard->passed_on) {
    guard->passed_on = true;
    if (!add_identity_headers(request, identity)) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  // `optional` says who is there and has no opinion on whether he may be.
  return required ? NGX_OK : NGX_DECLINED;
}

// nginx does not ask the access phase about subrequests. They are let in as the main request was, by the rule of their
// own location, and nobody is asked for them: where the main request was not guarded, nobody is known.
ngx_int_t admit_subrequest(ngx_http_request_t* request, const LocConf* conf) {
  Guard* guard = find_guard(request);
  const bool is_known = guard && guard->known && is_of_this_account(request, guard, conf);
  // Also of what was added for the main request, where that one is of another account.
  if (!is_known && !clean_headers(request)) return NGX_ERROR;
  if (is_known) {
    const ngx_int_t admitted = admit(request, guard, conf);
    return admitted == NGX_OK ? NGX_DECLINED : admitted;
  }
  return conf->auth == kAuthRequired ? NGX_HTTP_UNAUTHORIZED : NGX_DECLINED;
}

ngx_int_t handle_preaccess(ngx_http_request_t* request) noexcept {
  const LocConf* conf = loc_conf_of(request);
  if (conf->auth == kAuthOff) return NGX_DECLINED;
  if (request != request->main) return admit_subrequest(request, conf);
  if (!find_guard(request) && !make_guard(request)) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  return NGX_DECLINED;
}

ngx_int_t handle_access(ngx_http_request_t* request) noexcept {
  const LocConf* conf = loc_conf_of(request);
  // The answer of a request that has come to its post_action is gone: there is nobody to refuse.
  if (conf->auth == kAuthOff || request->post_action) return NGX_DECLINED;
  Guard* guard = find_guard(request);
  if (!guard) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  if (guard->identification) return NGX_AGAIN;
  if (guard->known && !is_of_this_account(request, guard, conf)) {
    guard->known = guard->passed_on = false;
    if (!clean_headers(request)) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (!guard->known) {
    const ngx_int_t identified = identify(request, guard, conf);
    if (identified != NGX_OK) return identified;
  }
  return admit(request, guard, conf);
}

bool add_handler(ngx_http_core_main_conf_t* core, ngx_http_phases phase, ngx_http_handler_pt handler) {
  ngx_array_t* handlers = &core->phases[phase].handlers;
  if (!ngx_array_push(handlers)) return false;
  // nginx runs them from the last to the first. Ours comes after all others: who is refused by his address, or let in
  // by it where `satisfy any` stands, needs no look into the database.
  auto* all = static_cast<ngx_http_handler_pt*>(handlers->elts);
  std::copy_backward(all, all + handlers->nelts - 1, all + handlers->nelts);
  all[0] = handler;
  return true;
}

}  // namespace

Guard* find_guard(ngx_http_request_t* request) {
  for (ngx_pool_cleanup_t* each = request->main->pool->cleanup; each; each = each->next) {
    if (each->handler == on_end) return static_cast<Guard*>(each->data);
  }
  return nullptr;
}

const portal_identity* find_identity(ngx_http_request_t* request) {
  const Guard* guard = find_guard(request);
  if (!guard || !guard->known) return nullptr;
  const bool counts = request == request->main || is_of_this_account(request, guard, loc_conf_of(request));
  return counts ? &guard->identity : nullptr;
}

void abandon_guards(Process& process) {
  while (!ngx_queue_empty(&process.guards)) {
    stop_waiting(ngx_queue_data(ngx_queue_head(&process.guards), Guard, link));
  }
}

ngx_int_t install_guard(ngx_conf_t* conf) {
  if (!main_conf_of(conf)->guards) return NGX_OK;
  auto* core = static_cast<ngx_http_core_main_conf_t*>(ngx_http_conf_get_module_main_conf(conf, ngx_http_core_module));
  const bool added = add_handler(core, NGX_HTTP_PREACCESS_PHASE, handle_preaccess) &&
                     add_handler(core, NGX_HTTP_ACCESS_PHASE, handle_access);
  return added ? NGX_OK : NGX_ERROR;
}

}  // namespace portal::nginx
