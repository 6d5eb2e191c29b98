// ngx_http_portal_module: directives, configuration, and the life of a worker process.
#include "module.hpp"

#include <new>
#include <string>

#include "file.hpp"

namespace portal::nginx {
namespace {

constexpr ngx_msec_t kDefaultHostRefresh = 30'000;
constexpr ngx_int_t kDefaultRememberedSessions = 20'000;
constexpr ngx_msec_t kShortestHostRefresh = 1'000;  // without a bound, 0 would ask the database without a pause
constexpr std::size_t kHashJobs =
    32;  // password checks that are queued or running; more are refused before they cost anything
constexpr io::Duration kKeepAlive{100};
constexpr size_t kDefaultZone = 4UL * 1024 * 1024;
constexpr size_t kSmallestZone = 512UL * 1024;

MainConf* main_conf_of(ngx_conf_t* conf) {
  return static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(conf, ngx_http_portal_module));
}

void write_log(void* /*context*/, int level, portal_text message) noexcept {
  constexpr ngx_uint_t kLevels[] = {NGX_LOG_DEBUG, NGX_LOG_INFO, NGX_LOG_NOTICE,
                                    NGX_LOG_WARN,  NGX_LOG_ERR,  NGX_LOG_CRIT};
  ngx_str_t text{message.size, reinterpret_cast<u_char*>(const_cast<char*>(message.data))};
  ngx_log_error(kLevels[level], ngx_cycle->log, 0, "portal: %V", &text);
}

void set_handler(ngx_conf_t* conf, ngx_http_handler_pt handler) {
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(conf, ngx_http_core_module));
  core->handler = handler;
}

char* set_portal(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  char* result = ngx_conf_set_flag_slot(conf, command, data);
  if (result != NGX_CONF_OK || static_cast<LocConf*>(data)->enabled != 1) return result;
  MainConf* main = main_conf_of(conf);
  main->used = 1;
  if (!main->pool) {
    // nginx itself refuses a configuration that uses a pool and does not declare it.
    ngx_str_t name = ngx_string("portal");
    main->pool = ngx_thread_pool_add(conf, &name);
    if (!main->pool) return static_cast<char*>(NGX_CONF_ERROR);
  }
  set_handler(conf, handle_api);
  return NGX_CONF_OK;
}

char* set_health(ngx_conf_t* conf, ngx_command_t* /*command*/, void* /*data*/) noexcept {
  set_handler(conf, handle_health);
  return NGX_CONF_OK;
}

char* set_ready(ngx_conf_t* conf, ngx_command_t* /*command*/, void* /*data*/) noexcept {
  set_handler(conf, handle_ready);
  return NGX_CONF_OK;
}

char* set_metrics(ngx_conf_t* conf, ngx_command_t* /*command*/, void* /*data*/) noexcept {
  set_handler(conf, handle_metrics);
  return NGX_CONF_OK;
}

char* read_password(ngx_conf_t* conf, ngx_str_t path, ngx_str_t* password) {
  if (ngx_conf_full_name(conf->cycle, &path, 1) != NGX_OK) return static_cast<char*>(NGX_CONF_ERROR);
  ngx_file_t file{};
  file.name = path;
  file.log = conf->log;
  file.fd = ngx_open_file(path.data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
  if (file.fd == NGX_INVALID_FILE) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, ngx_errno, ngx_open_file_n " \"%s\" failed", path.data);
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  constexpr size_t kMaximum = 1024;
  auto* bytes = static_cast<u_char*>(ngx_pnalloc(conf->pool, kMaximum));
  const ssize_t size = bytes ? ngx_read_file(&file, bytes, kMaximum, 0) : NGX_ERROR;
  ngx_close_file(file.fd);
  if (size <= 0) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "the password file \"%s\" cannot be read or is empty", path.data);
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  *password = {static_cast<size_t>(size), bytes};
  while (password->len > 0 && (password->data[password->len - 1] == '\n' || password->data[password->len - 1] == '\r'))
    --password->len;
  return NGX_CONF_OK;
}

// password_file=path
char* read_password_parameter(ngx_conf_t* conf, ngx_str_t parameter, ngx_str_t* password) {
  constexpr std::string_view kPasswordFile = "password_file=";
  if (parameter.len <= kPasswordFile.size() ||
      ngx_strncmp(parameter.data, kPasswordFile.data(), kPasswordFile.size()) != 0) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "invalid parameter \"%V\"", &parameter);
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  parameter.data += kPasswordFile.size();
  parameter.len -= kPasswordFile.size();
  return read_password(conf, parameter, password);
}

char* set_postgres(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  auto* main = static_cast<MainConf*>(data);
  if (main->conninfo.data) return const_cast<char*>("is duplicate");
  auto* values = static_cast<ngx_str_t*>(conf->args->elts);
  char why[512] = "";
  if (portal_refuse_conninfo(reinterpret_cast<const char*>(values[1].data), why, sizeof why) != 0) {
    // Without the text itself, which may hold the very password that is refused here.
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "\"%V\" cannot use this: %s", &command->name, why);
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  main->conninfo = values[1];
  if (conf->args->nelts == 2) return NGX_CONF_OK;
  return read_password_parameter(conf, values[2], &main->password);
}

char* set_redis(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  auto* main = static_cast<MainConf*>(data);
  if (main->redis.data) return const_cast<char*>("is duplicate");
  auto* values = static_cast<ngx_str_t*>(conf->args->elts);
  int trusted = 0;
  for (ngx_uint_t number = 2; number < conf->args->nelts; ++number) {
    ngx_str_t word = ngx_string("trusted_network");
    if (values[number].len == word.len && ngx_strncmp(values[number].data, word.data, word.len) == 0) {
      trusted = 1;
      continue;
    }
    char* result = read_password_parameter(conf, values[number], &main->redis_password);
    if (result != NGX_CONF_OK) return result;
  }
  char why[512] = "";
  const portal_text address{reinterpret_cast<const char*>(values[1].data), values[1].len};
  if (portal_refuse_redis(address, trusted, why, sizeof why) != 0) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "\"%V\" cannot use \"%V\": %s", &command->name, &values[1], why);
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  main->redis = values[1];
  return NGX_CONF_OK;
}

char* set_keys(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  auto* main = static_cast<MainConf*>(data);
  if (main->keys) return const_cast<char*>("is duplicate");
  ngx_str_t path = static_cast<ngx_str_t*>(conf->args->elts)[1];
  if (ngx_conf_full_name(conf->cycle, &path, 1) != NGX_OK) return static_cast<char*>(NGX_CONF_ERROR);
  ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(conf->pool, 0);
  if (!cleanup) return static_cast<char*>(NGX_CONF_ERROR);
  char why[512] = "";
  main->keys = portal_keys_load(reinterpret_cast<const char*>(path.data), why, sizeof why);
  if (!main->keys) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "\"%V\" cannot use \"%V\": %s", &command->name, &path, why);
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  cleanup->data = main->keys;
  cleanup->handler = [](void* keys) noexcept { portal_keys_destroy(static_cast<portal_keys*>(keys)); };
  return NGX_CONF_OK;
}

char* set_password_blocklist(ngx_conf_t* conf, ngx_command_t* command, void* data) noexcept {
  auto* main = static_cast<MainConf*>(data);
  if (main->known_passwords) return const_cast<char*>("is duplicate");
  ngx_str_t path = static_cast<ngx_str_t*>(conf->args->elts)[1];
  if (ngx_conf_full_name(conf->cycle, &path, 1) != NGX_OK) return static_cast<char*>(NGX_CONF_ERROR);
  ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(conf->pool, 0);
  if (!cleanup) return static_cast<char*>(NGX_CONF_ERROR);
  char why[512] = "";
  main->known_passwords = portal_passwords_load(reinterpret_cast<const char*>(path.data), why, sizeof why);
  if (!main->known_passwords) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "\"%V\" cannot use \"%V\": %s", &command->name, &path, why);
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  cleanup->data = main->known_passwords;
  cleanup->handler = [](void* list) noexcept { portal_passwords_destroy(static_cast<portal_passwords*>(list)); };
  return NGX_CONF_OK;
}

ngx_command_t commands[] = {
    {ngx_string("portal_postgres"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE12, set_postgres, NGX_HTTP_MAIN_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("portal_redis"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE123, set_redis, NGX_HTTP_MAIN_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("portal_remembered_sessions"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, ngx_conf_set_num_slot,
     NGX_HTTP_MAIN_CONF_OFFSET, offsetof(MainConf, remembered_sessions), nullptr},
    {ngx_string("portal_keys_file"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_keys, NGX_HTTP_MAIN_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("portal_files"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_files, NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("portal_password_blocklist"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_password_blocklist,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("portal_host_refresh"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, ngx_conf_set_msec_slot,
     NGX_HTTP_MAIN_CONF_OFFSET, offsetof(MainConf, host_refresh), nullptr},
    {ngx_string("portal_zone"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, ngx_conf_set_size_slot, NGX_HTTP_MAIN_CONF_OFFSET,
     offsetof(MainConf, zone_size), nullptr},
    {ngx_string("portal_throttle"), NGX_HTTP_MAIN_CONF | NGX_CONF_FLAG, ngx_conf_set_flag_slot,
     NGX_HTTP_MAIN_CONF_OFFSET, offsetof(MainConf, throttle), nullptr},
    {ngx_string("portal"), NGX_HTTP_LOC_CONF | NGX_CONF_FLAG, set_portal, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(LocConf, enabled), nullptr},
    {ngx_string("portal_health"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_health, 0, 0, nullptr},
    {ngx_string("portal_ready"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_ready, 0, 0, nullptr},
    {ngx_string("portal_metrics"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_metrics, 0, 0, nullptr},
    {ngx_string("portal_account"), NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_CONF_TAKE1,
     ngx_http_set_complex_value_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocConf, account), nullptr},
    {ngx_string("portal_insecure_cookie"), NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_CONF_FLAG,
     ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocConf, insecure_cookie), nullptr},
    {ngx_string("portal_security_headers"), NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_CONF_FLAG,
     ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocConf, security_headers), nullptr},
    {ngx_string("portal_error_pages"), NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_CONF_FLAG,
     ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocConf, error_pages), nullptr},
    ngx_null_command,
};

void* create_main_conf(ngx_conf_t* conf) noexcept {
  auto* main = static_cast<MainConf*>(ngx_pcalloc(conf->pool, sizeof(MainConf)));
  if (!main) return nullptr;
  main->host_refresh = NGX_CONF_UNSET_MSEC;
  main->zone_size = NGX_CONF_UNSET_SIZE;
  main->remembered_sessions = NGX_CONF_UNSET;
  main->throttle = NGX_CONF_UNSET;
  return main;
}

char* init_main_conf(ngx_conf_t* conf, void* data) noexcept {
  auto* main = static_cast<MainConf*>(data);
  ngx_conf_init_value(main->remembered_sessions, kDefaultRememberedSessions);
  ngx_conf_init_msec_value(main->host_refresh, kDefaultHostRefresh);
  if (main->host_refresh < kShortestHostRefresh) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "\"portal_host_refresh\" must be at least 1s");
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  ngx_conf_init_size_value(main->zone_size, kDefaultZone);
  ngx_conf_init_value(main->throttle, 1);
  if (main->zone_size < kSmallestZone) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "\"portal_zone\" must be at least 512k");
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  if (!main->used) return NGX_CONF_OK;
  if (!main->conninfo.data) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "\"portal\" needs \"portal_postgres\" in the http block");
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  if (!main->keys) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0,
                       "\"portal\" needs \"portal_keys_file\" in the http block (make one with: portalctl keys new)");
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
  return location;
}

char* merge_loc_conf(ngx_conf_t* conf, void* parent_data, void* child_data) noexcept {
  auto* parent = static_cast<LocConf*>(parent_data);
  auto* child = static_cast<LocConf*>(child_data);
  ngx_conf_merge_value(child->enabled, parent->enabled, 0);
  ngx_conf_merge_value(child->insecure_cookie, parent->insecure_cookie, 0);
  ngx_conf_merge_value(child->security_headers, parent->security_headers, 0);
  ngx_conf_merge_value(child->error_pages, parent->error_pages, 0);
  if (!child->account) child->account = parent->account;
  if (!child->account) {
    auto* account = static_cast<ngx_http_complex_value_t*>(ngx_pcalloc(conf->pool, sizeof(ngx_http_complex_value_t)));
    ngx_str_t host = ngx_string("$host");
    ngx_http_compile_complex_value_t compile{};
    compile.cf = conf;
    compile.value = &host;
    compile.complex_value = account;
    if (!account || ngx_http_compile_complex_value(&compile) != NGX_OK) return static_cast<char*>(NGX_CONF_ERROR);
    child->account = account;
  }
  return NGX_CONF_OK;
}

// The insecure cookie exists for plain HTTP on loopback; anywhere else a configuration that asks for it is refused.
bool is_loopback(const ngx_http_conf_addr_t& address) {
  const sockaddr* socket = address.opt.sockaddr;
  if (socket->sa_family == AF_UNIX) return true;
  if (socket->sa_family == AF_INET) {
    return (ntohl(reinterpret_cast<const sockaddr_in*>(socket)->sin_addr.s_addr) >> 24U) == 127;
  }
  return socket->sa_family == AF_INET6 &&
         IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(socket)->sin6_addr);
}

bool any_insecure(const ngx_http_core_loc_conf_t* core);
bool any_insecure(const ngx_http_location_tree_node_t* node);

// Of the locations inside a location or a server.
bool any_insecure_inside(const ngx_http_core_loc_conf_t* core) {
  if (any_insecure(core->static_locations)) return true;
#if (NGX_PCRE)
  for (ngx_http_core_loc_conf_t** each = core->regex_locations; each && *each; ++each) {
    if (any_insecure(*each)) return true;
  }
#endif
  return false;
}

bool any_insecure(const ngx_http_core_loc_conf_t* core) {
  const auto* location = static_cast<LocConf*>(core->loc_conf[ngx_http_portal_module.ctx_index]);
  return location->insecure_cookie == 1 || any_insecure_inside(core);
}

bool any_insecure(const ngx_http_location_tree_node_t* node) {
  if (!node) return false;
  return (node->exact && any_insecure(node->exact)) || (node->inclusive && any_insecure(node->inclusive)) ||
         any_insecure(node->left) || any_insecure(node->right) || any_insecure(node->tree);
}

bool any_insecure(const ngx_http_core_srv_conf_t* server) {
  // Only locations know their own table of configurations; a server's stands in its context.
  const auto* here = static_cast<LocConf*>(server->ctx->loc_conf[ngx_http_portal_module.ctx_index]);
  const auto* core = static_cast<ngx_http_core_loc_conf_t*>(server->ctx->loc_conf[ngx_http_core_module.ctx_index]);
  if (here->insecure_cookie == 1 || any_insecure_inside(core)) return true;
  for (ngx_http_core_loc_conf_t** each = server->named_locations; each && *each; ++each) {
    if (any_insecure(*each)) return true;
  }
  return false;
}

ngx_int_t refuse_insecure_listeners(ngx_conf_t* conf) {
  auto* core = static_cast<ngx_http_core_main_conf_t*>(ngx_http_conf_get_module_main_conf(conf, ngx_http_core_module));
  if (!core->ports) return NGX_OK;
  auto* ports = static_cast<ngx_http_conf_port_t*>(core->ports->elts);
  for (ngx_uint_t port = 0; port < core->ports->nelts; ++port) {
    auto* addresses = static_cast<ngx_http_conf_addr_t*>(ports[port].addrs.elts);
    for (ngx_uint_t number = 0; number < ports[port].addrs.nelts; ++number) {
      if (is_loopback(addresses[number])) continue;
      auto** servers = static_cast<ngx_http_core_srv_conf_t**>(addresses[number].servers.elts);
      for (ngx_uint_t server = 0; server < addresses[number].servers.nelts; ++server) {
        if (!any_insecure(servers[server])) continue;
        ngx_conf_log_error(NGX_LOG_EMERG, conf, 0,
                           "\"portal_insecure_cookie\" is for listeners on loopback only, not for \"%V\"",
                           &addresses[number].opt.addr_text);
        return NGX_ERROR;
      }
    }
  }
  return NGX_OK;
}

ngx_int_t post_configuration(ngx_conf_t* conf) noexcept {
  ngx_str_t request_id = ngx_string("request_id");
  main_conf_of(conf)->request_id_variable = ngx_http_get_variable_index(conf, &request_id);
  if (main_conf_of(conf)->request_id_variable == NGX_ERROR) return NGX_ERROR;
  if (refuse_insecure_listeners(conf) != NGX_OK) return NGX_ERROR;
  return install_header_filter(conf);
}

MainConf* main_conf_of(ngx_cycle_t* cycle) {
  // Null when the configuration has no http block.
  return static_cast<MainConf*>(ngx_http_cycle_get_module_main_conf(cycle, ngx_http_portal_module));
}

ngx_int_t init_process(ngx_cycle_t* cycle) noexcept {
  MainConf* conf = main_conf_of(cycle);
  if (!conf || !conf->used || (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)) return NGX_OK;
  // The time is still the master's from before it read the configuration; timers that start now would have begun in the
  // past.
  ngx_time_update();
  try {
    auto process = std::make_unique<Process>();
    ngx_queue_init(&process->requests);
    process->offload = std::make_unique<NginxOffload>(conf->pool, kHashJobs);
    process->keep_alive = process->loop.timer(io::Callback::to<&Process::on_keep_alive>(process.get()),
                                              io::TimerKind::kKeepsProcessAlive);
    const portal_worker_options options{
        .conninfo = {reinterpret_cast<const char*>(conf->conninfo.data), conf->conninfo.len},
        .password = {reinterpret_cast<const char*>(conf->password.data), conf->password.len},
        .redis = {reinterpret_cast<const char*>(conf->redis.data), conf->redis.len},
        .redis_password = {reinterpret_cast<const char*>(conf->redis_password.data), conf->redis_password.len},
        .remembered_sessions = static_cast<size_t>(conf->remembered_sessions),
        .host_refresh_milliseconds = static_cast<uint32_t>(conf->host_refresh),
        .keys = conf->keys,
        .known_passwords = conf->known_passwords,
        .loop = reinterpret_cast<portal_loop*>(static_cast<io::Loop*>(&process->loop)),
        .offload = reinterpret_cast<portal_offload*>(static_cast<io::Offload*>(process->offload.get())),
        .throttling = static_cast<int>(conf->throttle),
        .zone = conf->zone->data,
        .zone_size = zone_bytes(conf->zone),
        .log = write_log,
        .log_context = nullptr,
    };
    char why[512] = "";
    process->worker = portal_worker_create(&options, why, sizeof why);
    if (!process->worker) {
      ngx_log_error(NGX_LOG_EMERG, cycle->log, 0, "portal: the worker cannot start: %s", why);
      return NGX_ERROR;
    }
    conf->process = process.release();
    return NGX_OK;
  } catch (const std::exception& failure) {
    ngx_log_error(NGX_LOG_EMERG, cycle->log, 0, "portal: the worker cannot start: %s", failure.what());
    return NGX_ERROR;
  }
}

void exit_process(ngx_cycle_t* cycle) noexcept {
  MainConf* conf = main_conf_of(cycle);
  if (!conf || !conf->process) return;
  const std::unique_ptr<Process> process(conf->process);
  conf->process = nullptr;
  if (ngx_exiting && !ngx_queue_empty(&process->requests)) {
    ngx_log_error(NGX_LOG_ALERT, cycle->log, 0, "portal: requests are alive in a worker that leaves");
  }
  // A worker that is told to terminate leaves its requests as they are.
  const ngx_queue_t* end = ngx_queue_sentinel(&process->requests);
  for (ngx_queue_t* each = ngx_queue_head(&process->requests); each != end; each = ngx_queue_next(each)) {
    RequestContext* context = ngx_queue_data(each, RequestContext, link);
    portal_operation_destroy(context->operation);
    context->operation = nullptr;
  }
  process->keep_alive.reset();
  portal_worker_destroy(process->worker);
}

ngx_http_module_t context = {
    add_variables, post_configuration, create_main_conf, init_main_conf, nullptr,
    nullptr,       create_loc_conf,    merge_loc_conf,
};

}  // namespace

void Process::keep_process_alive() noexcept {
  if (!alive) {
    alive = true;
    keep_alive->start(kKeepAlive);
  }
}

void Process::on_keep_alive() noexcept {
  alive = false;
  if (!ngx_queue_empty(&requests) || offload->outstanding() > 0) keep_process_alive();
}

}  // namespace portal::nginx

extern "C" {

ngx_module_t ngx_http_portal_module = {
    NGX_MODULE_V1,
    &portal::nginx::context,
    portal::nginx::commands,
    NGX_HTTP_MODULE,
    nullptr,                      // init master: nginx never calls it
    nullptr,                      // init module
    portal::nginx::init_process,  // init process
    nullptr,                      // init thread
    nullptr,                      // exit thread
    portal::nginx::exit_process,  // exit process
    nullptr,                      // exit master
    NGX_MODULE_V1_PADDING,
};

// What nginx looks for when it loads the library; configure would have written these. nginx runs its filters from the
// last to the first: ours stand before the one of add_header, so that they see what the operator has added.
__attribute__((visibility("default"))) ngx_module_t* ngx_modules[] = {&ngx_http_portal_module, nullptr};
__attribute__((visibility("default"))) char* ngx_module_names[] = {const_cast<char*>("ngx_http_portal_module"),
                                                                   nullptr};
__attribute__((visibility("default"))) char* ngx_module_order[] = {
    const_cast<char*>("ngx_http_portal_module"), const_cast<char*>("ngx_http_headers_filter_module"), nullptr};
}
