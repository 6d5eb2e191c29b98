// The life of a worker process: its state is made when it starts and destroyed when it leaves.
#include <memory>
#include <string>

#include "guard.hpp"
#include "module.hpp"
#include "stream.hpp"

namespace portal::nginx {
namespace {

constexpr std::size_t kHashJobs =
    32;  // password checks that are queued or running; more are refused before they cost anything
constexpr std::size_t kFileJobs = 32;
constexpr io::Duration kKeepAlive{100};

portal_offload* boundary_of(io::Offload* offload) { return reinterpret_cast<portal_offload*>(offload); }

// A disk that is slow keeps nobody from signing in where the operator has given files threads of their own.
std::unique_ptr<NginxOffload> find_file_offload(ngx_cycle_t* cycle) {
  ngx_str_t name = ngx_string("portal_files");
  ngx_thread_pool_t* pool = ngx_thread_pool_get(cycle, &name);
  return pool ? std::make_unique<NginxOffload>(pool, kFileJobs) : nullptr;
}

void write_log(void* /*context*/, int level, portal_text message) noexcept {
  constexpr ngx_uint_t kLevels[] = {NGX_LOG_DEBUG, NGX_LOG_INFO, NGX_LOG_NOTICE,
                                    NGX_LOG_WARN,  NGX_LOG_ERR,  NGX_LOG_CRIT};
  ngx_str_t text{message.size, reinterpret_cast<u_char*>(const_cast<char*>(message.data))};
  ngx_log_error(kLevels[level], ngx_cycle->log, 0, "portal: %V", &text);
}

MainConf* main_conf_of(ngx_cycle_t* cycle) {
  // Null when the configuration has no http block.
  return static_cast<MainConf*>(ngx_http_cycle_get_module_main_conf(cycle, ngx_http_portal_module));
}

}  // namespace

ngx_int_t init_process(ngx_cycle_t* cycle) noexcept {
  MainConf* conf = main_conf_of(cycle);
  if (!conf || !conf->used_by.data || (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE))
    return NGX_OK;
  // The time is still the master's from before it read the configuration; timers that start now would have begun in the
  // past.
  ngx_time_update();
  try {
    auto process = std::make_unique<Process>();
    ngx_queue_init(&process->requests);
    ngx_queue_init(&process->streams);
    ngx_queue_init(&process->guards);
    process->header_variables = find_header_variables(cycle);
    process->offload = std::make_unique<NginxOffload>(conf->pool, kHashJobs);
    process->file_offload = find_file_offload(cycle);
    process->keep_alive = process->loop.timer(io::Callback::to<&Process::on_keep_alive>(process.get()),
                                              io::TimerKind::kKeepsProcessAlive);
    const portal_worker_options options{
        .conninfo = {reinterpret_cast<const char*>(conf->conninfo.data), conf->conninfo.len},
        .password = {reinterpret_cast<const char*>(conf->password.data), conf->password.len},
        .redis = {reinterpret_cast<const char*>(conf->redis.data), conf->redis.len},
        .redis_password = {reinterpret_cast<const char*>(conf->redis_password.data), conf->redis_password.len},
        .remembered_sessions = static_cast<size_t>(conf->remembered_sessions),
        .cache_bytes = conf->cache_size,
        .streams = conf->streams == NGX_CONF_UNSET ? cycle->connection_n / 2 : static_cast<size_t>(conf->streams),
        .host_refresh_milliseconds = static_cast<uint32_t>(conf->host_refresh),
        .files = text_of(conf->files),
        .keys = conf->keys,
        .known_passwords = conf->known_passwords,
        .layouts = conf->layouts,
        .loop = reinterpret_cast<portal_loop*>(static_cast<io::Loop*>(&process->loop)),
        .offload = boundary_of(process->offload.get()),
        .file_offload = boundary_of(process->file_offload.get()),
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
  const bool idle =
      ngx_queue_empty(&process->requests) && ngx_queue_empty(&process->streams) && ngx_queue_empty(&process->guards);
  if (ngx_exiting && !idle) {
    ngx_log_error(NGX_LOG_ALERT, cycle->log, 0, "portal: requests are alive in a worker that leaves");
  }
  // A worker that is told to terminate leaves its requests as they are.
  const ngx_queue_t* end = ngx_queue_sentinel(&process->requests);
  for (ngx_queue_t* each = ngx_queue_head(&process->requests); each != end; each = ngx_queue_next(each)) {
    RequestContext* context = ngx_queue_data(each, RequestContext, link);
    portal_operation_destroy(context->operation);
    context->operation = nullptr;
  }
  while (!ngx_queue_empty(&process->streams))
    end_stream(ngx_queue_data(ngx_queue_head(&process->streams), RequestContext, link));
  abandon_guards(*process);
  process->keep_alive.reset();
  portal_worker_destroy(process->worker);
}

void Process::keep_process_alive() noexcept {
  if (!alive) {
    alive = true;
    keep_alive->start(kKeepAlive);
  }
}

void Process::on_keep_alive() noexcept {
  alive = false;
  // Streams never end by themselves; here they learn that they have to.
  if (ngx_exiting && !ngx_queue_empty(&streams)) leave_streams(*this);
  const std::size_t jobs = offload->outstanding() + (file_offload ? file_offload->outstanding() : 0);
  if (!ngx_queue_empty(&streams) || !ngx_queue_empty(&requests) || !ngx_queue_empty(&guards) || jobs > 0)
    keep_process_alive();
}

}  // namespace portal::nginx
