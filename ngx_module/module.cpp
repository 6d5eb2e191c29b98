// ngx_http_portal_module: what nginx is told of it.
#include "module.hpp"
#include "guard.hpp"

namespace portal::nginx {
namespace {

ngx_int_t post_configuration(ngx_conf_t* conf) noexcept {
  ngx_str_t request_id = ngx_string("request_id");
  main_conf_of(conf)->request_id_variable = ngx_http_get_variable_index(conf, &request_id);
  if (main_conf_of(conf)->request_id_variable == NGX_ERROR) return NGX_ERROR;
  if (refuse_insecure_listeners(conf) != NGX_OK || install_guard(conf) != NGX_OK) return NGX_ERROR;
  return install_header_filter(conf);
}

ngx_http_module_t context = {
    add_variables, post_configuration, create_main_conf, init_main_conf, nullptr,
    nullptr,       create_loc_conf,    merge_loc_conf,
};

}  // namespace
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
