// The directives, and what they do with their values.
#include <string_view>

#include "file.hpp"
#include "module.hpp"

namespace portal::nginx {
namespace {

constexpr ngx_int_t kShortestHostRefresh = 1'000;  // without a bound, 0 would ask the database without a pause
constexpr ssize_t kSmallestZone = 512L * 1024;
constexpr ssize_t kSmallestCache = 1024L * 1024;

char* const kDuplicate = const_cast<char*>("is duplicate");

char* failed() { return static_cast<char*>(NGX_CONF_ERROR); }

ngx_str_t* arguments_of(ngx_conf_t* conf) { return static_cast<ngx_str_t*>(conf->args->elts); }

// In the words in which nginx refuses the value of a flag.
char* refuse_value(ngx_conf_t* conf, const ngx_command_t* command, ngx_str_t* value, const char* rule) {
  ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "invalid value \"%V\" in \"%V\" directive, it must be %s", value,
                     &command->name, rule);
  return failed();
}

char* refuse_parameter(ngx_conf_t* conf, const ngx_command_t* command, ngx_str_t* parameter, const char* why) {
  ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "%s parameter \"%V\" in \"%V\" directive", why, parameter, &command->name);
  return failed();
}

// A location answers in one way only.
char* set_content(ngx_conf_t* conf, const ngx_command_t* command, ngx_http_handler_pt handler) {
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(conf, ngx_http_core_module));
  if (core->handler == handler) return kDuplicate;
  if (core->handler) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "\"%V\" directive in a location that is answered by another one already",
                       &command->name);
    return failed();
  }
  core->handler = handler;
  static_cast<LocConf*>(ngx_http_conf_get_module_loc_conf(conf, ngx_http_portal_module))->handler = handler;
  return NGX_CONF_OK;
}

char* set_portal(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  char* result = ngx_conf_set_flag_slot(conf, command, data);
  if (result != NGX_CONF_OK || static_cast<LocConf*>(data)->enabled != 1) return result;
  result = require_worker(conf, command->name);
  return result == NGX_CONF_OK ? set_content(conf, command, handle_api) : result;
}

char* set_health(ngx_conf_t* conf, ngx_command_t* command, void* /*data*/) noexcept {
  return set_content(conf, command, handle_health);
}

char* set_ready(ngx_conf_t* conf, ngx_command_t* command, void* /*data*/) noexcept {
  return set_content(conf, command, handle_ready);
}

char* set_metrics(ngx_conf_t* conf, ngx_command_t* command, void* /*data*/) noexcept {
  return set_content(conf, command, handle_metrics);
}

// portal_auth off | optional | required [permission=name ...]
char* set_auth(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  constexpr std::string_view kPermission = "permission=";
  auto* location = static_cast<LocConf*>(data);
  if (location->auth != NGX_CONF_UNSET_UINT) return kDuplicate;
  ngx_str_t* values = arguments_of(conf);
  const std::string_view word = view_of(values[1]);
  if (word == "off") {
    location->auth = kAuthOff;
  } else if (word == "optional") {
    location->auth = kAuthOptional;
  } else if (word == "required") {
    location->auth = kAuthRequired;
  } else {
    return refuse_value(conf, command, &values[1], "\"required\", \"optional\" or \"off\"");
  }
  for (ngx_uint_t number = 2; number < conf->args->nelts; ++number) {
    const std::string_view parameter = view_of(values[number]);
    if (location->auth != kAuthRequired || !parameter.starts_with(kPermission))
      return refuse_parameter(conf, command, &values[number], "invalid");
    const std::string_view name = parameter.substr(kPermission.size());
    const uint32_t bit = portal_permission_bit({name.data(), name.size()});
    if (bit == 0) return refuse_parameter(conf, command, &values[number], "unknown permission in");
    if (location->auth_permissions & bit) return refuse_parameter(conf, command, &values[number], "duplicate");
    location->auth_permissions |= bit;
  }
  if (location->auth == kAuthOff) return NGX_CONF_OK;
  main_conf_of(conf)->guards = true;
  return require_worker(conf, command->name);
}

char* read_password(ngx_conf_t* conf, const ngx_command_t* command, ngx_str_t path, ngx_str_t* password) {
  if (ngx_conf_full_name(conf->cycle, &path, 1) != NGX_OK) return failed();
  ngx_file_t file{};
  file.name = path;
  file.log = conf->log;
  file.fd = ngx_open_file(path.data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
  if (file.fd == NGX_INVALID_FILE) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, ngx_errno,
                       "the password file \"%V\" of \"%V\" cannot be opened: " ngx_open_file_n " failed", &path,
                       &command->name);
    return failed();
  }
  constexpr size_t kMaximum = 1024;
  auto* bytes = static_cast<u_char*>(ngx_pnalloc(conf->pool, kMaximum));
  const ssize_t size = bytes ? ngx_read_file(&file, bytes, kMaximum, 0) : NGX_ERROR;
  ngx_close_file(file.fd);
  if (size <= 0) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "the password file \"%V\" of \"%V\" cannot be read or is empty", &path,
                       &command->name);
    return failed();
  }
  *password = {static_cast<size_t>(size), bytes};
  while (password->len > 0 && (password->data[password->len - 1] == '\n' || password->data[password->len - 1] == '\r'))
    --password->len;
  return NGX_CONF_OK;
}

// password_file=path
char* read_password_parameter(ngx_conf_t* conf, const ngx_command_t* command, ngx_str_t* parameter,
                              ngx_str_t* password) {
  constexpr std::string_view kPasswordFile = "password_file=";
  if (parameter->len <= kPasswordFile.size() || !view_of(*parameter).starts_with(kPasswordFile))
    return refuse_parameter(conf, command, parameter, "invalid");
  if (password->data) return refuse_parameter(conf, command, parameter, "duplicate");
  return read_password(conf, command, {parameter->len - kPasswordFile.size(), parameter->data + kPasswordFile.size()},
                       password);
}

// What stands behind the address of a server: [trusted_network] [password_file=path]
char* read_server_parameters(ngx_conf_t* conf, const ngx_command_t* command, int* trusted, ngx_str_t* password) {
  ngx_str_t* values = arguments_of(conf);
  for (ngx_uint_t number = 2; number < conf->args->nelts; ++number) {
    if (view_of(values[number]) == "trusted_network") {
      if (*trusted) return refuse_parameter(conf, command, &values[number], "duplicate");
      *trusted = 1;
      continue;
    }
    char* result = read_password_parameter(conf, command, &values[number], password);
    if (result != NGX_CONF_OK) return result;
  }
  return NGX_CONF_OK;
}

char* set_postgres(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  auto* main = static_cast<MainConf*>(data);
  if (main->conninfo.data) return kDuplicate;
  int trusted = 0;
  char* result = read_server_parameters(conf, command, &trusted, &main->password);
  if (result != NGX_CONF_OK) return result;
  const ngx_str_t& conninfo = arguments_of(conf)[1];
  char why[512] = "";
  if (portal_refuse_conninfo(reinterpret_cast<const char*>(conninfo.data), trusted, why, sizeof why) != 0) {
    // Without the text itself, which may hold the very password that is refused here.
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "\"%V\" cannot use this: %s", &command->name, why);
    return failed();
  }
  main->conninfo = conninfo;
  return NGX_CONF_OK;
}

char* set_redis(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  auto* main = static_cast<MainConf*>(data);
  if (main->redis.data) return kDuplicate;
  int trusted = 0;
  char* result = read_server_parameters(conf, command, &trusted, &main->redis_password);
  if (result != NGX_CONF_OK) return result;
  ngx_str_t* address = &arguments_of(conf)[1];
  char why[512] = "";
  if (portal_refuse_redis(text_of(*address), trusted, why, sizeof why) != 0) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "\"%V\" cannot use \"%V\": %s", &command->name, address, why);
    return failed();
  }
  main->redis = *address;
  return NGX_CONF_OK;
}

// Reads a file once, in the master; what was read lives as long as the configuration.
template <class Loaded>
char* load_file(ngx_conf_t* conf, const ngx_command_t* command, Loaded** loaded,
                Loaded* (*load)(const char*, char*, size_t) noexcept, ngx_pool_cleanup_pt destroy) {
  if (*loaded) return kDuplicate;
  ngx_str_t path = arguments_of(conf)[1];
  if (ngx_conf_full_name(conf->cycle, &path, 1) != NGX_OK) return failed();
  ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(conf->pool, 0);
  if (!cleanup) return failed();
  char why[512] = "";
  *loaded = load(reinterpret_cast<const char*>(path.data), why, sizeof why);
  if (!*loaded) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "\"%V\" cannot use \"%V\": %s", &command->name, &path, why);
    return failed();
  }
  cleanup->data = *loaded;
  cleanup->handler = destroy;
  return NGX_CONF_OK;
}

char* set_keys(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  return load_file(conf, command, &static_cast<MainConf*>(data)->keys, portal_keys_load,
                   [](void* keys) noexcept { portal_keys_destroy(static_cast<portal_keys*>(keys)); });
}

char* set_password_blocklist(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  return load_file(conf, command, &static_cast<MainConf*>(data)->known_passwords, portal_passwords_load,
                   [](void* list) noexcept { portal_passwords_destroy(static_cast<portal_passwords*>(list)); });
}

char* set_layouts(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  return load_file(conf, command, &static_cast<MainConf*>(data)->layouts, portal_layouts_load,
                   [](void* layouts) noexcept { portal_layouts_destroy(static_cast<portal_layouts*>(layouts)); });
}

char* set_remembered_sessions(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  auto* main = static_cast<MainConf*>(data);
  if (main->remembered_sessions != NGX_CONF_UNSET) return kDuplicate;
  ngx_str_t* value = &arguments_of(conf)[1];
  main->remembered_sessions = ngx_atoi(value->data, value->len);
  return main->remembered_sessions == NGX_ERROR ? refuse_value(conf, command, value, "a number") : NGX_CONF_OK;
}

char* set_streams(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  auto* main = static_cast<MainConf*>(data);
  if (main->streams != NGX_CONF_UNSET) return kDuplicate;
  ngx_str_t* value = &arguments_of(conf)[1];
  main->streams = ngx_atoi(value->data, value->len);
  return main->streams == NGX_ERROR ? refuse_value(conf, command, value, "a number") : NGX_CONF_OK;
}

char* set_host_refresh(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  auto* main = static_cast<MainConf*>(data);
  if (main->host_refresh != NGX_CONF_UNSET_MSEC) return kDuplicate;
  ngx_str_t* value = &arguments_of(conf)[1];
  const ngx_int_t time = ngx_parse_time(value, 0);
  if (time == NGX_ERROR || time < kShortestHostRefresh)
    return refuse_value(conf, command, value, "a time of at least 1s");
  main->host_refresh = static_cast<ngx_msec_t>(time);
  return NGX_CONF_OK;
}

char* set_zone(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  auto* main = static_cast<MainConf*>(data);
  if (main->zone_size != NGX_CONF_UNSET_SIZE) return kDuplicate;
  ngx_str_t* value = &arguments_of(conf)[1];
  const ssize_t size = ngx_parse_size(value);
  if (size == NGX_ERROR || size < kSmallestZone) return refuse_value(conf, command, value, "a size of at least 512k");
  main->zone_size = static_cast<size_t>(size);
  return NGX_CONF_OK;
}

// portal_cache_size off | size
char* set_cache_size(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  auto* main = static_cast<MainConf*>(data);
  if (main->cache_size != NGX_CONF_UNSET_SIZE) return kDuplicate;
  ngx_str_t* value = &arguments_of(conf)[1];
  if (view_of(*value) == "off") {
    main->cache_size = 0;
    return NGX_CONF_OK;
  }
  const ssize_t size = ngx_parse_size(value);
  if (size == NGX_ERROR || size < kSmallestCache)
    return refuse_value(conf, command, value, "\"off\" or a size of at least 1m");
  main->cache_size = static_cast<size_t>(size);
  return NGX_CONF_OK;
}

char* set_account(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  ngx_str_t* value = &arguments_of(conf)[1];
  if (value->len == 0) return refuse_value(conf, command, value, "a host name, a slug or a variable");
  return ngx_http_set_complex_value_slot(conf, command, data);
}

constexpr ngx_uint_t kAnywhere = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;

}  // namespace

char* require_worker(ngx_conf_t* conf, const ngx_str_t& directive) {
  MainConf* main = main_conf_of(conf);
  if (!main->used_by.data) main->used_by = directive;
  if (main->pool) return NGX_CONF_OK;
  // nginx itself refuses a configuration that uses a pool and does not declare it.
  ngx_str_t name = ngx_string("portal");
  main->pool = ngx_thread_pool_add(conf, &name);
  return main->pool ? NGX_CONF_OK : failed();
}

// docs/directives.md is held against this table by a test (tests/integration/test_directives.py).
ngx_command_t commands[] = {
    {ngx_string("portal_postgres"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE123, set_postgres, NGX_HTTP_MAIN_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("portal_redis"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE123, set_redis, NGX_HTTP_MAIN_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("portal_remembered_sessions"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_remembered_sessions,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("portal_streams"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_streams, NGX_HTTP_MAIN_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("portal_keys_file"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_keys, NGX_HTTP_MAIN_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("portal_files"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_files, NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("portal_password_blocklist"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_password_blocklist,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("portal_layouts"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_layouts, NGX_HTTP_MAIN_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("portal_host_refresh"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_host_refresh,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("portal_zone"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_zone, NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("portal_cache_size"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_cache_size, NGX_HTTP_MAIN_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("portal_throttle"), NGX_HTTP_MAIN_CONF | NGX_CONF_FLAG, ngx_conf_set_flag_slot,
     NGX_HTTP_MAIN_CONF_OFFSET, offsetof(MainConf, throttle), nullptr},
    {ngx_string("portal"), NGX_HTTP_LOC_CONF | NGX_CONF_FLAG, set_portal, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(LocConf, enabled), nullptr},
    {ngx_string("portal_auth"), kAnywhere | NGX_CONF_1MORE, set_auth, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("portal_health"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_health, 0, 0, nullptr},
    {ngx_string("portal_ready"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_ready, 0, 0, nullptr},
    {ngx_string("portal_metrics"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_metrics, 0, 0, nullptr},
    {ngx_string("portal_cache"), kAnywhere | NGX_CONF_FLAG, ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(LocConf, cache), nullptr},
    {ngx_string("portal_account"), kAnywhere | NGX_CONF_TAKE1, set_account, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(LocConf, account), nullptr},
    {ngx_string("portal_insecure_cookie"), kAnywhere | NGX_CONF_FLAG, ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(LocConf, insecure_cookie), nullptr},
    {ngx_string("portal_security_headers"), kAnywhere | NGX_CONF_FLAG, ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(LocConf, security_headers), nullptr},
    {ngx_string("portal_error_pages"), kAnywhere | NGX_CONF_FLAG, ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(LocConf, error_pages), nullptr},
    ngx_null_command,
};

}  // namespace portal::nginx
