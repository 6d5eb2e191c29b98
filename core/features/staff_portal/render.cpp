#include "features/staff_portal/render.hpp"

#include <array>
#include <utility>

#include "files/answer.hpp"
#include "json/writer.hpp"

namespace portal::features::staff_portal {
namespace {

// What is always shown (FEATURES A4), in the order of the page.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kFixed = {{
    {"scheduled_at", "Scheduled at"},
    {"address", "Address"},
    {"status", "Status"},
    {"template", "Template"},
    {"assignee", "Assignee"},
}};

void write_logo(json::Writer& writer, const sql::GetStaffPortalRow& row) {
  writer.key("logo");
  if (row.logo_hash) {
    writer.begin_object().member("url", files::logo_address(*row.logo_hash));
    writer.member("width", row.logo_width).member("height", row.logo_height).end_object();
  } else {
    writer.null();
  }
  writer.member("logo_state", row.logo_state);
}

void write_languages(json::Writer& writer, const sql::GetStaffPortalRow& row) {
  constexpr std::array<std::string_view, 2> kAll = {"en", "es"};
  writer.key("languages").begin_array();
  if (row.languages) {
    for (const std::string_view language : *row.languages) writer.value(language);
  } else {
    for (const std::string_view language : kAll) writer.value(language);
  }
  writer.end_array().member("default_language", row.default_language.value_or("en"));
}

}  // namespace

std::string render_portal(const sql::GetStaffPortalRow& row, const access::Account& account) {
  json::Writer writer;
  writer.begin_object().member("created", row.is_created);
  writer.member("name", row.name.value_or(row.account_name)).member("account_name", row.account_name);
  writer.member("address", account.origin);
  write_logo(writer, row);
  writer.key("colours").begin_object().member("accent", row.accent_colour.value_or("#1f5fbf")).end_object();
  writer.key("contact").begin_object().member("phone", row.contact_phone).member("email", row.contact_email);
  writer.member("website", row.contact_website).end_object();
  writer.key("links").begin_object().member("privacy", row.privacy_url).member("terms", row.terms_url);
  writer.member("imprint", row.imprint_url).end_object();
  write_languages(writer, row);
  writer.member("worker_name", row.worker_name.value_or("full"));
  writer.member("shows_position", row.shows_position.value_or(false));
  writer.member("invitation_days", row.invitation_days).member("activity_days", row.activity_days);
  writer.key("checklist").begin_object().member("templates", row.visible_templates).member("sender", row.has_sender);
  writer.member("invitations", row.invitations).end_object();
  return writer.end_object().take();
}

std::string render_templates(const pg::Rows& templates) {
  json::Writer writer(64 + static_cast<std::size_t>(templates.size()) * 96);
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < templates.size(); ++index) {
    const auto row = sql::ListStaffTemplatesRow::decode(templates[index]);
    writer.begin_object().id_member("id", row.job_template_id).member("name", row.name);
    writer.member("visible", row.is_visible).member("jobs", row.jobs).end_object();
  }
  return writer.end_array().key("next_cursor").null().end_object().take();
}

std::string render_fields(const pg::Rows& fields) {
  json::Writer writer(512 + static_cast<std::size_t>(fields.size()) * 160);
  writer.begin_object().key("fixed").begin_array();
  for (const auto& [key, label] : kFixed) writer.begin_object().member("key", key).member("label", label).end_object();
  writer.end_array().key("items").begin_array();
  for (int index = 0; index < fields.size(); ++index) {
    const auto row = sql::ListStaffFieldsRow::decode(fields[index]);
    writer.begin_object().id_member("id", row.job_field_id).member("key", row.key).member("label", row.label);
    writer.member("group", row.field_group == "main" ? "default" : row.field_group).member("type", row.type);
    writer.member("visible", row.is_visible).member("templates", row.templates).end_object();
  }
  return writer.end_array().key("next_cursor").null().end_object().take();
}

std::string render_preview(const sql::PreviewVisibilityRow& row) {
  json::Writer writer;
  writer.begin_object().member("jobs_shown", row.jobs_shown).member("jobs_hidden", row.jobs_hidden);
  writer.key("templates_shown").raw(row.templates_shown).key("templates_hidden").raw(row.templates_hidden);
  writer.key("fields_shown").raw(row.fields_shown).key("fields_hidden").raw(row.fields_hidden);
  return writer.end_object().take();
}

}  // namespace portal::features::staff_portal
