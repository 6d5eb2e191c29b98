#include "file.hpp"

#include <cstring>

namespace portal::nginx {
namespace {

constexpr size_t kReasonBytes = 512;

ngx_str_t path_below(ngx_pool_t* pool, const ngx_str_t& folder, portal_text path) {
  ngx_str_t name{folder.len + 1 + path.size, nullptr};
  name.data = static_cast<u_char*>(ngx_pnalloc(pool, name.len + 1));
  if (!name.data) return {};
  std::memcpy(name.data, folder.data, folder.len);
  name.data[folder.len] = '/';
  std::memcpy(name.data + folder.len + 1, path.data, path.size);
  name.data[name.len] = '\0';
  return name;
}

// With what the operator said about files (open_file_cache, directio, read_ahead), except that a failure is not
// remembered: a file that is there again is served again.
ngx_open_file_info_t how_to_open(ngx_http_request_t* request, const ngx_str_t& folder) {
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(request, ngx_http_core_module));
  ngx_open_file_info_t info{};
  info.read_ahead = core->read_ahead;
  info.directio = core->directio;
  info.valid = core->open_file_cache_valid;
  info.min_uses = core->open_file_cache_min_uses;
  info.events = core->open_file_cache_events != 0 ? 1 : 0;
#if (NGX_HAVE_OPENAT)
  // The folder itself may be a link of the operator's; nothing below it may lead out of it.
  info.disable_symlinks = NGX_DISABLE_SYMLINKS_ON;
  info.disable_symlinks_from = folder.len;
#endif
  return info;
}

void say(ngx_pool_t* pool, portal_text* why, const char* format, ngx_str_t* name, ngx_err_t error) {
  *why = {"out of memory", 13};
  auto* text = static_cast<u_char*>(ngx_pnalloc(pool, kReasonBytes));
  if (!text) return;
  u_char* end = ngx_snprintf(text, kReasonBytes, format, name);
  if (error != 0 && text + kReasonBytes - end > 2) {
    *end++ = ':';
    *end++ = ' ';
    end = ngx_strerror(error, end, static_cast<size_t>(text + kReasonBytes - end));
  }
  *why = {reinterpret_cast<const char*>(text), static_cast<size_t>(end - text)};
}

// At the request's end, whole or not, as $body_bytes_sent tells it.
void count_bytes(void* data) noexcept {
  const auto* request = static_cast<ngx_http_request_t*>(data);
  const auto* main = static_cast<MainConf*>(ngx_http_get_module_main_conf(request, ngx_http_portal_module));
  const off_t sent = request->connection->sent - static_cast<off_t>(request->header_size);
  const bool is_file = request->headers_out.status < NGX_HTTP_BAD_REQUEST;
  if (is_file && sent > 0 && main->process && main->process->worker)
    portal_worker_count_file_bytes(main->process->worker, static_cast<uint64_t>(sent));
}

}  // namespace

char* set_files(ngx_conf_t* conf, ngx_command_t* /*command*/, void* data) noexcept {
  auto* main = static_cast<MainConf*>(data);
  if (main->files.data) return const_cast<char*>("is duplicate");
  ngx_str_t folder = static_cast<ngx_str_t*>(conf->args->elts)[1];
  if (folder.len == 0 || folder.data[0] != '/') {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "\"portal_files\" needs an absolute path, not \"%V\"", &folder);
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  while (folder.len > 1 && folder.data[folder.len - 1] == '/') folder.data[--folder.len] = '\0';
  ngx_file_info_t info;
  if (ngx_file_info(folder.data, &info) == NGX_FILE_ERROR) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, ngx_errno, "the folder of \"portal_files\", \"%V\", cannot be found",
                       &folder);
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  if (!ngx_is_dir(&info)) {
    ngx_conf_log_error(NGX_LOG_EMERG, conf, 0, "\"%V\" of \"portal_files\" is not a folder", &folder);
    return static_cast<char*>(NGX_CONF_ERROR);
  }
  main->files = folder;
  return NGX_CONF_OK;
}

ngx_buf_t* open_file(ngx_http_request_t* request, const portal_response& response, portal_text* why) {
  auto* main = static_cast<MainConf*>(ngx_http_get_module_main_conf(request, ngx_http_portal_module));
  ngx_str_t none = ngx_string("\"portal_files\" is not configured");
  if (!main->files.data) {
    say(request->pool, why, "%V", &none, 0);
    return nullptr;
  }
  ngx_str_t name = path_below(request->pool, main->files, response.file_path);
  auto* buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(request->pool));
  auto* file = static_cast<ngx_file_t*>(ngx_pcalloc(request->pool, sizeof(ngx_file_t)));
  ngx_http_cleanup_t* at_the_end = ngx_http_cleanup_add(request, 0);
  *why = {"out of memory", 13};
  if (!name.data || !buffer || !file || !at_the_end) return nullptr;
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(request, ngx_http_core_module));
  ngx_open_file_info_t info = how_to_open(request, main->files);
  // Closes the descriptor with the pool, or gives it back to nginx's cache of open files.
  if (ngx_open_cached_file(core->open_file_cache, &name, &info, request->pool) != NGX_OK) {
    say(request->pool, why, "the file \"%V\" cannot be opened", &name, info.err);
    return nullptr;
  }
  if (!info.is_file) {
    say(request->pool, why, "\"%V\" is not a file", &name, 0);
    return nullptr;
  }
  if (response.file_size >= 0 && info.size != static_cast<off_t>(response.file_size)) {
    say(request->pool, why, "the file \"%V\" is not as long as it was when it was added", &name, 0);
    return nullptr;
  }
  file->fd = info.fd;
  file->name = name;
  file->log = request->connection->log;
  file->directio = info.is_directio;
  buffer->file = file;
  buffer->file_last = info.size;
  buffer->in_file = info.size > 0 ? 1 : 0;
  buffer->last_buf = 1;
  buffer->last_in_chain = 1;
  at_the_end->handler = count_bytes;
  at_the_end->data = request;
  return buffer;
}

bool prepare_ranges(ngx_http_request_t* request, const portal_response& response) {
  auto* etag = static_cast<ngx_table_elt_t*>(ngx_list_push(&request->headers_out.headers));
  if (!etag) return false;
  etag->hash = 1;
  ngx_str_set(&etag->key, "ETag");
  etag->value = {response.etag.size, reinterpret_cast<u_char*>(const_cast<char*>(response.etag.data))};
  request->headers_out.etag = etag;
  request->allow_ranges = 1;
  return true;
}

}  // namespace portal::nginx
