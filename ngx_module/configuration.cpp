// The configuration's structures: their defaults, what a block takes from the one around it, and what has to be there
// besides.
#include "module.hpp"

namespace portal::nginx {
namespace {

constexpr ngx_msec_t kDefaultHostRefresh = 30'000;
constexpr ngx_int_t kDefaultRememberedSessions = 20'000;
constexpr size_t kDefaultCache = 32UL * 1024 * 1024;
constexpr size_t kDefaultZone = 4UL * 1024 * 1024;

}  // namespace

void* create_main_conf(ngx_conf_t* conf) noexcept {
  auto* main = static_cast<MainConf*>(ngx_pcalloc(conf->pool, sizeof(MainConf)));
  if (!main) return nullptr;
  main->host_refresh = NGX_CONF_UNSET_MSEC;
  main->zone_size = NGX_CONF_UNSET_SIZE;
  main->cache_size = NGX_CONF_UNSET_SIZE;
  main->remembered_sessions = NGX_CONF_UNSET;
  main->streams = NGX_CONF_UNSET;
  main->throttle = NGX_CONF_UNSET;
  return main;
}

char* init_main_conf(ngx_conf_t* conf, void* data) noexcept {
  auto* main = static_cast<MainConf*>(data);
  ngx_conf_init_value(main->remembered_sessions, kDefaultRememberedSessions);
  ngx_conf_init_msec_value(main->host_refresh, kDefaultHostRefresh);
  ngx_conf_init_size_value(main->zone_size, kDefaultZone);
  ngx_conf_init_size_value(main->cache_size, kDefaultCache);
  ngx_conf_init_value(main->throttle, 1);
  if (!main->used_by.data) return NGX_CONF_OK;
  if (!main->conninfo.data) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "\"%V\" needs \"portal_postgres\" in the http block", &main->used_by);
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  if (!main->keys) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0,
                       "\"%V\" needs \"portal_keys_file\" in the http block (make one with: portalctl keys new)",
                       &main->used_by);
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  main->zone = add_zone(conf, main->zone_size);
  return main->zone ? NGX_CONF_OK : static_cast<char*>(NGX_CONF_ERROR);
}

void* create_loc_conf(ngx_conf_t* conf) noexcept {
  auto* location = static_cast<LocConf*>(ngx_pcalloc(conf->pool, sizeof(LocConf)));
  if (!location) return nullptr;
  location->enabled = NGX_CONF_UNSET;
  location->insecure_cookie = NGX_CONF_UNSET;
  location->security_headers = NGX_CONF_UNSET;
  location->error_pages = NGX_CONF_UNSET;
  location->cache = NGX_CONF_UNSET;
  location->auth = NGX_CONF_UNSET_UINT;
  return location;
}

char* merge_loc_conf(ngx_conf_t* conf, void* parent_data, void* child_data) noexcept {
  auto* parent = static_cast<LocConf*>(parent_data);
  auto* child = static_cast<LocConf*>(child_data);
  ngx_conf_merge_value(child->enabled, parent->enabled, 0);
  ngx_conf_merge_value(child->insecure_cookie, parent->insecure_cookie, 0);
  ngx_conf_merge_value(child->security_headers, parent->security_headers, 0);
  ngx_conf_merge_value(child->error_pages, parent->error_pages, 0);
  ngx_conf_merge_value(child->cache, parent->cache, 1);
  if (child->auth == NGX_CONF_UNSET_UINT && child->enabled == 1) {
    child->auth = kAuthOff;  // the API asks by itself, and needs the cookie for it
  } else if (child->auth == NGX_CONF_UNSET_UINT) {
    child->auth_permissions = parent->auth_permissions;
    ngx_conf_merge_uint_value(child->auth, parent->auth, kAuthOff);
  } else if (child->auth != kAuthOff && child->enabled == 1) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0,
                       "\"portal_auth\" in a location with \"portal on\": the API asks who is there by itself");
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  if (!child->account) child->account = parent->account;
  // Whom `limit_except` lets in nginx serves from a location of its own, in which every module that answers has to put
  // itself.
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(conf, ngx_http_core_module));
  if (core->lmt_excpt && !core->handler) core->handler = parent->handler;
  return NGX_CONF_OK;
}

}  // namespace portal::nginx
