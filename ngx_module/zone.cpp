// The memory that all workers share. nginx keeps it over a reload while its size stays the same, and its own allocator
// stands at the start of it; the portal takes all that is left, once, and never asks that allocator again.
#include "module.hpp"

namespace portal::nginx {
namespace {

size_t bytes_of(const ngx_slab_pool_t* pool) { return static_cast<size_t>(pool->last - pool->pages) * ngx_pagesize; }

ngx_int_t init_zone(ngx_shm_zone_t* zone, void* former) noexcept {
  auto* pool = reinterpret_cast<ngx_slab_pool_t*>(zone->shm.addr);
  zone->data = former ? former : ngx_slab_alloc(pool, bytes_of(pool));
  if (!zone->data) {
    ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0, "portal: the zone \"%V\" has no room", &zone->shm.name);
    return NGX_ERROR;
  }
  char why[512] = "";
  if (portal_zone_prepare(zone->data, bytes_of(pool), why, sizeof why) != 0) {
    ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0, "portal: the zone \"%V\" cannot be used: %s", &zone->shm.name, why);
    return NGX_ERROR;
  }
  return NGX_OK;
}

}  // namespace

ngx_shm_zone_t* add_zone(ngx_conf_t* conf, size_t size) {
  ngx_str_t name = ngx_string("portal");
  // Another version of the module has another tag, and so gets memory of its own.
  ngx_shm_zone_t* zone = ngx_shared_memory_add(conf, &name, size, &ngx_http_portal_module);
  if (zone) zone->init = init_zone;
  return zone;
}

size_t zone_bytes(const ngx_shm_zone_t* zone) {
  return bytes_of(reinterpret_cast<const ngx_slab_pool_t*>(zone->shm.addr));
}

}  // namespace portal::nginx
