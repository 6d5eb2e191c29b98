// A request of nginx as the core wants it: views into nginx's memory, nothing copied.
#include "guard.hpp"
#include "module.hpp"

namespace portal::nginx {

bool find_account(ngx_http_request_t* request, const LocConf* conf, ngx_str_t* account) {
  if (conf->account) return ngx_http_complex_value(request, conf->account, account) == NGX_OK;
  // As $host, without looking a variable up: of HTTP/1.0 without a Host header nginx takes the server's name.
  *account = request->headers_in.server;
  if (account->len == 0) {
    const auto* server =
        static_cast<ngx_http_core_srv_conf_t*>(ngx_http_get_module_srv_conf(request, ngx_http_core_module));
    *account = server->server_name;
  }
  return true;
}

bool describe_without_id(ngx_http_request_t* request, portal_request* described) {
  const LocConf* conf = loc_conf_of(request);
  ngx_str_t account{};
  if (!find_account(request, conf, &account)) return false;
  described->method = text_of(request->method_name);
  described->path = text_of(request->uri);
  described->query = text_of(request->args);
  described->host = text_of(request->headers_in.server);
  described->account = text_of(account);
  described->peer_address = text_of(request->connection->addr_text);
  described->insecure_cookie = conf->insecure_cookie == 1;
  return true;
}

// Drawing random numbers for it costs as much as everything else that a guard does.
void describe_id(ngx_http_request_t* request, portal_request* described) {
  const ngx_http_variable_value_t* request_id =
      ngx_http_get_indexed_variable(request, static_cast<ngx_uint_t>(main_conf_of(request)->request_id_variable));
  if (request_id && !request_id->not_found)
    described->request_id = {reinterpret_cast<const char*>(request_id->data), request_id->len};
}

bool describe_head(ngx_http_request_t* request, portal_request* described) {
  if (!describe_without_id(request, described)) return false;
  describe_id(request, described);
  return true;
}

void watch_client(ngx_http_request_t* request) {
  // When the FIN came before this handler was set there is no further event: so there is one of ours.
  request->read_event_handler = ngx_http_test_reading;
  request->write_event_handler = ngx_http_request_empty_handler;
  ngx_event_t* read = request->connection->read;
  if (read->ready && !request->stream) {
    ngx_post_event(read, &ngx_posted_events);
  }
}

}  // namespace portal::nginx
