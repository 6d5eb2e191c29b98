#include "features/portal/render_portal.hpp"

#include "files/answer.hpp"
#include "json/writer.hpp"

namespace portal::features {
namespace {

void write_logo(json::Writer& writer, const sql::GetPortalRow& row) {
  if (!row.logo_hash) {
    writer.null();
    return;
  }
  writer.begin_object().member("url", files::logo_address(*row.logo_hash));
  writer.member("width", row.logo_width).member("height", row.logo_height).end_object();
}

}  // namespace

std::string render_portal(const sql::GetPortalRow& row) {
  json::Writer writer;
  writer.begin_object().member("name", row.name);
  writer.key("logo");
  write_logo(writer, row);
  writer.key("colours").begin_object().member("accent", row.accent_colour).end_object();
  writer.key("contact").begin_object();
  writer.member("phone", row.contact_phone).member("email", row.contact_email).member("website", row.contact_website);
  writer.end_object();
  writer.key("legal").begin_object().member("privacy_url", row.privacy_url).member("terms_url", row.terms_url);
  writer.member("imprint_url", row.imprint_url).end_object();
  writer.key("languages").begin_array();
  for (const std::string_view language : row.languages) writer.value(language);
  writer.end_array();
  writer.member("default_language", row.default_language).member("time_zone", row.time_zone);
  writer.key("password").begin_object().member("minimum_length", row.password_minimum_length).end_object();
  return writer.end_object().take();
}

}  // namespace portal::features
