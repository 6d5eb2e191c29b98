// What the files of the module share: its configuration and the state of a worker process.
#pragma once

#include <memory>

#include "c_api.h"
#include "nginx_loop.hpp"
#include "ngx.hpp"

extern "C" ngx_module_t ngx_http_portal_module;

namespace portal::nginx {

// One request that the core works on. Lives in the request's pool. Its operation is destroyed when the request ends,
// or, once nginx has views of its answer, with the pool.
struct RequestContext {
  ngx_queue_t link;  // among those of the worker
  ngx_http_request_t* request;
  portal_operation* operation;
  bool answered;
  // What is left for the access log of an operation that was destroyed.
  ngx_str_t account;
  uint64_t database_microseconds;
};

// Made in init_process, destroyed in exit_process.
struct Process {
  NginxLoop loop;
  std::unique_ptr<NginxOffload> offload;
  portal_worker* worker = nullptr;
  ngx_queue_t requests;                   // RequestContext::link
  bool alive = false;                     // keep_alive is running
  std::unique_ptr<io::Timer> keep_alive;  // an exiting worker leaves as soon as no such timer runs

  void keep_process_alive() noexcept;
  void on_keep_alive() noexcept;
};

struct MainConf {
  ngx_str_t conninfo;
  ngx_str_t password;
  ngx_str_t files;  // the folder of portal_files, without a slash at its end
  ngx_str_t redis;  // empty: none
  ngx_str_t redis_password;
  ngx_int_t remembered_sessions;
  ngx_msec_t host_refresh;
  portal_keys* keys;
  portal_passwords* known_passwords;  // null: no list of the operator's
  ngx_thread_pool_t* pool;
  ngx_flag_t throttle;
  size_t zone_size;
  ngx_shm_zone_t* zone;
  ngx_int_t request_id_variable;
  ngx_flag_t used;  // some location says `portal on`
  Process* process;
};

struct LocConf {
  ngx_flag_t enabled;
  ngx_flag_t insecure_cookie;
  ngx_flag_t security_headers;
  ngx_flag_t error_pages;
  ngx_http_complex_value_t* account;
};

ngx_int_t handle_api(ngx_http_request_t* request) noexcept;
ngx_int_t handle_health(ngx_http_request_t* request) noexcept;
ngx_int_t handle_ready(ngx_http_request_t* request) noexcept;
ngx_int_t handle_metrics(ngx_http_request_t* request) noexcept;
// What the core worked on for this request; null: nothing. Also after an internal redirect.
RequestContext* find_context(ngx_http_request_t* request);
ngx_int_t add_variables(ngx_conf_t* conf) noexcept;
// All workers' memory, of the whole configuration; null when another module has a zone of its name.
ngx_shm_zone_t* add_zone(ngx_conf_t* conf, size_t size);
size_t zone_bytes(const ngx_shm_zone_t* zone);  // of its `data`

// Where nginx itself refuses, our answer takes the place of its own; from the header filter.
ngx_int_t prepare_refusal(ngx_http_request_t* request, const LocConf* conf);
void install_refusal_filter();
bool has_header(ngx_http_request_t* request, const ngx_str_t& name);
bool add_header(ngx_http_request_t* request, portal_text name, portal_text value);
ngx_int_t install_header_filter(ngx_conf_t* conf) noexcept;

}  // namespace portal::nginx
