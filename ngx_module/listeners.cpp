// Which listeners a configuration may have: the insecure cookie exists for plain HTTP on loopback, and anywhere else a
// configuration that asks for it is refused.
#include "module.hpp"

namespace portal::nginx {
namespace {

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

}  // namespace

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

}  // namespace portal::nginx
