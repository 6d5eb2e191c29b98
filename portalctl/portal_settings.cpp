#include "portalctl/portal_settings.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "auth/email.hpp"
#include "portalctl/text.hpp"
#include "portalctl_sql/portals.hpp"

namespace portal::portalctl {
namespace {

using MaybeText = std::optional<std::string>;

struct Portal {
  std::string name;
  std::string accent_colour = "#1f5fbf";
  MaybeText contact_phone;
  MaybeText contact_email;
  MaybeText contact_website;
  MaybeText privacy_url;
  MaybeText terms_url;
  MaybeText imprint_url;
  std::vector<std::string> languages = {"en", "es"};
  std::string default_language = "en";
};

MaybeText copied(std::optional<std::string_view> text) {
  return text.transform([](std::string_view content) { return std::string(content); });
}

std::optional<std::string_view> view(const MaybeText& text) {
  return text.transform([](const std::string& content) { return std::string_view(content); });
}

Outcome<std::optional<Portal>> read(Database& database, std::int64_t account_id) {
  auto answer = database.fetch<sql::ReadPortalRow>(sql::read_portal(account_id));
  if (!answer) return failed(answer.error());
  if (answer->empty()) return std::nullopt;
  const sql::ReadPortalRow row = (*answer)[0];
  return Portal{.name = std::string(row.name),
                .accent_colour = std::string(row.accent_colour),
                .contact_phone = copied(row.contact_phone),
                .contact_email = copied(row.contact_email),
                .contact_website = copied(row.contact_website),
                .privacy_url = copied(row.privacy_url),
                .terms_url = copied(row.terms_url),
                .imprint_url = copied(row.imprint_url),
                .languages = {row.languages.begin(), row.languages.end()},
                .default_language = std::string(row.default_language)};
}

bool is_colour(std::string_view text) {
  const auto is_digit = [](char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
  };
  return text.size() == 7 && text.front() == '#' && std::ranges::all_of(text.substr(1), is_digit);
}

// Members' browsers open these: only schemes that lead to a page.
Outcome<void> take_url(const MaybeText& said, MaybeText& setting) {
  if (!said) return {};
  const std::string url = trimmed(*said);
  if (url.empty()) {
    setting.reset();
    return {};
  }
  if ((!url.starts_with("https://") && !url.starts_with("http://")) || url.ends_with("://") ||
      url.find_first_of(" \t\r\n") != std::string::npos)
    return misused(fmt::format("\"{}\" is not a web address. It begins with https://.", url));
  setting = url;
  return {};
}

Outcome<void> take_contact(const PortalChanges& changes, Portal& portal) {
  if (changes.contact_phone) {
    portal.contact_phone = trimmed(*changes.contact_phone);
    if (portal.contact_phone->empty()) portal.contact_phone.reset();
  }
  if (changes.contact_email && trimmed(*changes.contact_email).empty()) {
    portal.contact_email.reset();
  } else if (changes.contact_email) {
    portal.contact_email = auth::normalise_email(*changes.contact_email);
    if (!portal.contact_email) return misused(fmt::format("\"{}\" is not an email address.", *changes.contact_email));
  }
  for (const auto& [said, setting] : {std::pair(&changes.contact_website, &portal.contact_website),
                                      {&changes.privacy_url, &portal.privacy_url},
                                      {&changes.terms_url, &portal.terms_url},
                                      {&changes.imprint_url, &portal.imprint_url}}) {
    if (Outcome<void> taken = take_url(*said, *setting); !taken) return taken;
  }
  return {};
}

Outcome<void> take_languages(const PortalChanges& changes, Portal& portal) {
  if (!changes.languages.empty()) {
    portal.languages.clear();
    for (const std::string& language : changes.languages) {
      if (std::ranges::find(portal.languages, language) == portal.languages.end()) portal.languages.push_back(language);
    }
  }
  if (changes.default_language) portal.default_language = *changes.default_language;
  if (std::ranges::find(portal.languages, portal.default_language) == portal.languages.end())
    return misused(fmt::format(
        "The default language {} is not one of the portal's languages: say --languages or --default-language too.",
        portal.default_language));
  return {};
}

Outcome<void> save(Database& database, std::int64_t account_id, const Portal& portal) {
  const std::vector<std::string_view> languages(portal.languages.begin(), portal.languages.end());
  return database.execute(sql::save_portal(account_id, portal.name, portal.accent_colour, view(portal.contact_phone),
                                           view(portal.contact_email), view(portal.contact_website),
                                           view(portal.privacy_url), view(portal.terms_url), view(portal.imprint_url),
                                           languages, portal.default_language));
}

// A template by its name or, where two have one name, by its number.
Outcome<std::int64_t> find_template(const Answer<sql::ListTemplatesRow>& templates, const std::string& said) {
  std::vector<std::int64_t> named;
  std::vector<std::int64_t> numbered;
  for (int index = 0; index < templates.size(); ++index) {
    const sql::ListTemplatesRow row = templates[index];
    if (row.name == said) named.push_back(row.job_template_id);
    if (std::to_string(row.job_template_id) == said) numbered.push_back(row.job_template_id);
  }
  if (named.size() > 1)
    return failed(
        fmt::format("{} templates are named \"{}\". Say the number of one, as portalctl portal show prints it.",
                    named.size(), said));
  if (!named.empty()) return named.front();
  if (!numbered.empty()) return numbered.front();
  return failed(fmt::format("The account has no job template \"{}\". portalctl portal show lists them.", said));
}

// A field by group and key, or by its key alone where one group has it.
Outcome<sql::ListFieldsRow> find_field(const Answer<sql::ListFieldsRow>& fields, const std::string& said) {
  std::vector<sql::ListFieldsRow> meant;
  for (int index = 0; index < fields.size(); ++index) {
    const sql::ListFieldsRow row = fields[index];
    if (row.name == said) return row;
    if (row.name.substr(row.name.find('.') + 1) == said) meant.push_back(row);
  }
  if (meant.size() > 1)
    return failed(
        fmt::format("Several fields have the key \"{0}\". Say which: {1} or {2}.", said, meant[0].name, meant[1].name));
  if (meant.empty())
    return failed(fmt::format("The account has no job field \"{}\". portalctl portal show lists them.", said));
  return meant.front();
}

Outcome<void> change_templates(Database& database, std::int64_t account_id, const PortalChanges& changes) {
  auto templates = database.fetch<sql::ListTemplatesRow>(sql::list_templates(account_id));
  if (!templates) return failed(templates.error());
  for (const auto& [names, statement] :
       {std::pair(&changes.show_templates, &sql::show_template), {&changes.hide_templates, &sql::hide_template}}) {
    for (const std::string& said : *names) {
      const Outcome<std::int64_t> found = find_template(*templates, said);
      if (!found) return failed(found.error());
      if (Outcome<void> done = database.execute(statement(account_id, *found)); !done) return done;
    }
  }
  return {};
}

Outcome<void> change_fields(Database& database, std::int64_t account_id, const PortalChanges& changes) {
  auto fields = database.fetch<sql::ListFieldsRow>(sql::list_fields(account_id));
  if (!fields) return failed(fields.error());
  for (const std::string& said : changes.show_fields) {
    const Outcome<sql::ListFieldsRow> found = find_field(*fields, said);
    if (!found) return failed(found.error());
    if (!found->in_a_template)
      return failed(
          fmt::format("No template of the account contains the field {}, so it cannot be shown.", found->name));
    if (Outcome<void> done = database.execute(sql::show_field(account_id, found->job_field_id)); !done) return done;
  }
  for (const std::string& said : changes.hide_fields) {
    const Outcome<sql::ListFieldsRow> found = find_field(*fields, said);
    if (!found) return failed(found.error());
    if (Outcome<void> done = database.execute(sql::hide_field(account_id, found->job_field_id)); !done) return done;
  }
  return {};
}

Table settings_table(const Portal& portal) {
  Table table({"setting", "value"});
  const auto add = [&](const char* setting, const MaybeText& value) {
    table.add({std::string(setting), text_cell(view(value))});
  };
  add("name", portal.name);
  add("colour", portal.accent_colour);
  add("phone", portal.contact_phone);
  add("email", portal.contact_email);
  add("website", portal.contact_website);
  add("privacy-url", portal.privacy_url);
  add("terms-url", portal.terms_url);
  add("imprint-url", portal.imprint_url);
  table.add({std::string("languages"), portal.languages});
  add("default-language", portal.default_language);
  return table;
}

void write_settings(json::Writer& writer, const Portal& portal) {
  writer.begin_object()
      .member("name", portal.name)
      .member("colour", portal.accent_colour)
      .member("phone", portal.contact_phone)
      .member("email", portal.contact_email)
      .member("website", portal.contact_website)
      .member("privacy_url", portal.privacy_url)
      .member("terms_url", portal.terms_url)
      .member("imprint_url", portal.imprint_url)
      .key("languages")
      .begin_array();
  for (const std::string& language : portal.languages) writer.value(language);
  writer.end_array().member("default_language", portal.default_language).end_object();
}

}  // namespace

Outcome<void> change_portal(Database& database, std::int64_t account_id, const std::string& account_name,
                            const PortalChanges& changes) {
  Outcome<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return failed(transaction.error());
  // Two changes at the same time would otherwise each write back what they read.
  if (Outcome<void> done = database.execute(sql::lock_account(account_id)); !done) return done;
  Outcome<std::optional<Portal>> before = read(database, account_id);
  if (!before) return failed(before.error());
  Portal portal = std::move(*before).value_or(Portal());
  if (portal.name.empty()) portal.name = account_name;
  if (changes.name) portal.name = trimmed(*changes.name);
  if (portal.name.empty()) return misused("A portal needs a name.");
  if (changes.accent_colour) {
    portal.accent_colour = lower_case(*changes.accent_colour);
    if (!is_colour(portal.accent_colour))
      return misused(fmt::format("\"{}\" is not a colour. It is written like #0b6e99.", portal.accent_colour));
  }
  if (Outcome<void> taken = take_contact(changes, portal); !taken) return taken;
  if (Outcome<void> taken = take_languages(changes, portal); !taken) return taken;
  if (Outcome<void> done = save(database, account_id, portal); !done) return done;
  if (Outcome<void> done = change_templates(database, account_id, changes); !done) return done;
  if (Outcome<void> done = change_fields(database, account_id, changes); !done) return done;
  return transaction->commit();
}

Outcome<void> print_portal(Database& database, std::int64_t account_id, Format format) {
  const Outcome<std::optional<Portal>> portal = read(database, account_id);
  if (!portal) return failed(portal.error());
  if (!*portal) return failed("The account has no portal yet. portalctl portal set makes it.");
  auto templates = database.fetch<sql::ListTemplatesRow>(sql::list_templates(account_id));
  if (!templates) return failed(templates.error());
  auto fields = database.fetch<sql::ListFieldsRow>(sql::list_fields(account_id));
  if (!fields) return failed(fields.error());
  Table template_table({"number", "template", "visible"});
  for (int index = 0; index < templates->size(); ++index) {
    const sql::ListTemplatesRow row = (*templates)[index];
    template_table.add({row.job_template_id, text_cell(row.name), row.is_visible});
  }
  Table field_table({"field", "label", "type", "in_a_template", "visible"});
  for (int index = 0; index < fields->size(); ++index) {
    const sql::ListFieldsRow row = (*fields)[index];
    field_table.add(
        {text_cell(row.name), text_cell(row.label), text_cell(row.type), row.in_a_template, row.is_visible});
  }
  if (format == Format::kText) {
    for (const Table& table : {settings_table(**portal), template_table, field_table}) {
      table.print_text();
      print_line("");
    }
    return {};
  }
  json::Writer writer;
  writer.begin_object().key("settings");
  write_settings(writer, **portal);
  writer.key("templates");
  template_table.write(writer);
  writer.key("fields");
  field_table.write(writer);
  writer.end_object();
  print_json(writer);
  return {};
}

}  // namespace portal::portalctl
