#include "features/sites/render_sites.hpp"

#include "json/writer.hpp"
#include "sql/sites.hpp"

namespace portal::features {

std::string render_sites(const pg::Rows& sites) {
  json::Writer writer(64 + static_cast<std::size_t>(sites.size()) * 128);
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < sites.size(); ++index) {
    const auto site = sql::ListSitesRow::decode(sites[index]);
    writer.begin_object().id_member("id", site.site_id).member("name", site.name).member("address", site.address);
    writer.end_object();
  }
  return writer.end_array().key("next_cursor").null().end_object().take();
}

}  // namespace portal::features
