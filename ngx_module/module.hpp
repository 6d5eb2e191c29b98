// What the files of the module share: its configuration and the state of a worker process.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "c_api.h"
#include "nginx_loop.hpp"
#include "ngx.hpp"

extern "C" ngx_module_t ngx_http_portal_module;

namespace portal::nginx {

// One request that the core works on. Lives in the request's pool. Its operation is destroyed when the request ends,
// or, once nginx has views of its answer, with the pool.
struct RequestContext {
  ngx_queue_t link;  // among those of the worker: requests, or streams
  ngx_http_request_t* request;
  portal_operation* operation;
  portal_stream* stream;  // an answer that goes on; its operation is gone
  ngx_buf_t* buffer;      // for what the stream sends
  bool answered;
  ngx_uint_t cache;  // PORTAL_CACHE_...
  bool body_left;    // nobody has asked for it yet
  bool body_coming;  // nginx reads it into a file
  // What is left for the access log of an operation that was destroyed.
  ngx_str_t account;
  uint64_t database_microseconds;
};

// Made in init_process, destroyed in exit_process.
struct Process {
  NginxLoop loop;
  std::unique_ptr<NginxOffload> offload;
  std::unique_ptr<NginxOffload> file_offload;  // null: the operator has declared no pool for files
  portal_worker* worker = nullptr;
  ngx_queue_t requests;                      // RequestContext::link
  ngx_queue_t streams;                       // RequestContext::link, of those that go on
  ngx_queue_t guards;                        // Guard::link, of those that wait
  bool alive = false;                        // keep_alive is running
  std::unique_ptr<io::Timer> keep_alive;     // an exiting worker leaves as soon as no such timer runs
  std::vector<ngx_uint_t> header_variables;  // indexes of those that show headers which portal_auth changes

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
  ngx_int_t streams;  // open at once in a worker; unset: half of its connections
  ngx_msec_t host_refresh;
  size_t cache_size;  // of answers that each worker keeps; 0: none
  portal_keys* keys;
  portal_passwords* known_passwords;  // null: no list of the operator's
  portal_layouts* layouts;            // null: those that are built in
  ngx_thread_pool_t* pool;
  ngx_flag_t throttle;
  size_t zone_size;
  ngx_shm_zone_t* zone;
  ngx_int_t request_id_variable;
  ngx_str_t used_by;  // a directive that needs a worker; empty: none does
  bool guards;        // some location says `portal_auth required` or `optional`
  Process* process;
};

enum Auth : ngx_uint_t { kAuthOff, kAuthOptional, kAuthRequired };

struct LocConf {
  ngx_http_handler_pt handler;  // what the location itself says; null: nothing of ours
  ngx_flag_t enabled;
  ngx_flag_t insecure_cookie;
  ngx_flag_t security_headers;
  ngx_flag_t error_pages;
  ngx_flag_t cache;
  ngx_http_complex_value_t* account;  // null: $host
  ngx_uint_t auth;                    // Auth
  uint32_t auth_permissions;          // all of them are needed
};

// The configuration: directives.cpp, configuration.cpp, listeners.cpp.
extern ngx_command_t commands[];
void* create_main_conf(ngx_conf_t* conf) noexcept;
char* init_main_conf(ngx_conf_t* conf, void* data) noexcept;
void* create_loc_conf(ngx_conf_t* conf) noexcept;
char* merge_loc_conf(ngx_conf_t* conf, void* parent_data, void* child_data) noexcept;
ngx_int_t refuse_insecure_listeners(ngx_conf_t* conf);
// Notes that a worker is needed, and that it needs a pool of threads.
char* require_worker(ngx_conf_t* conf, const ngx_str_t& directive);

// process.cpp
ngx_int_t init_process(ngx_cycle_t* cycle) noexcept;
void exit_process(ngx_cycle_t* cycle) noexcept;

ngx_int_t handle_api(ngx_http_request_t* request) noexcept;
ngx_int_t handle_health(ngx_http_request_t* request) noexcept;
ngx_int_t handle_ready(ngx_http_request_t* request) noexcept;
ngx_int_t handle_metrics(ngx_http_request_t* request) noexcept;
// cached.cpp. NGX_DECLINED: there is no answer in memory, and `outcome` (PORTAL_CACHE_...) says why.
ngx_int_t answer_from_memory(ngx_http_request_t* request, ngx_uint_t* outcome) noexcept;
// What came of it, for a request that was answered from memory; null: it was not.
struct MemoryAnswer;
const MemoryAnswer* find_memory_answer(ngx_http_request_t* request);
ngx_str_t account_of(const MemoryAnswer* answer);
// The entity tag, and that the answer is not the same for everybody who takes another coding. For answers of the core
// that have one: nginx's own filters leave them as they are.
bool describe_body(ngx_http_request_t* request, portal_text etag, int gzip);
ngx_int_t send_body(ngx_http_request_t* request, portal_text body);
// The account as `portal_account` says it. False: out of memory.
bool find_account(ngx_http_request_t* request, const LocConf* conf, ngx_str_t* account);
// What the core worked on for this request; null: nothing. Also after an internal redirect.
RequestContext* find_context(ngx_http_request_t* request);
// Ends the operation, and keeps of it what the access log tells.
void release_operation(RequestContext* context);
// Everything but the body and the headers. False: out of memory.
bool describe_head(ngx_http_request_t* request, portal_request* described);
// The same in two parts, for who may do without the id.
bool describe_without_id(ngx_http_request_t* request, portal_request* described);
void describe_id(ngx_http_request_t* request, portal_request* described);
// A client that leaves ends what its request waits for.
void watch_client(ngx_http_request_t* request);
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

inline portal_text text_of(const ngx_str_t& text) { return {reinterpret_cast<const char*>(text.data), text.len}; }
inline ngx_str_t string_of(portal_text text) {
  return {text.size, reinterpret_cast<u_char*>(const_cast<char*>(text.data))};
}
inline std::string_view view_of(const ngx_str_t& text) { return {reinterpret_cast<const char*>(text.data), text.len}; }

inline MainConf* main_conf_of(ngx_conf_t* conf) {
  return static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(conf, ngx_http_portal_module));
}
inline MainConf* main_conf_of(ngx_http_request_t* request) {
  return static_cast<MainConf*>(ngx_http_get_module_main_conf(request, ngx_http_portal_module));
}
inline LocConf* loc_conf_of(ngx_http_request_t* request) {
  return static_cast<LocConf*>(ngx_http_get_module_loc_conf(request, ngx_http_portal_module));
}

}  // namespace portal::nginx
