#include "features/clients/forms.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "auth/email.hpp"
#include "base/ids.hpp"
#include "base/limits.hpp"
#include "base/phone.hpp"
#include "json/plain_text.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace portal::features::clients {
namespace {

constexpr TextLength kOrganisationName{.maximum = limits::kOrganisationNameCharacters};
constexpr TextLength kPersonName{.maximum = limits::kPersonNameCharacters};
constexpr TextLength kExternalId{.maximum = limits::kExternalIdCharacters};
constexpr TextLength kSiteName{.maximum = limits::kSiteNameCharacters};
constexpr TextLength kAddress{.maximum = limits::kPostalAddressCharacters};
constexpr TextLength kZone{.maximum = 64};
constexpr std::size_t kIdDigits = 19;

enum class ContactKind : std::uint8_t { kEmail, kPhone };
constexpr std::array kContactKinds = {Choice<ContactKind>{"email", ContactKind::kEmail},
                                      Choice<ContactKind>{"phone", ContactKind::kPhone}};
enum class ClientKind : std::uint8_t { kOrganisation, kPerson };
constexpr std::array kClientKinds = {Choice<ClientKind>{"organisation", ClientKind::kOrganisation},
                                     Choice<ClientKind>{"person", ClientKind::kPerson}};

void copy_lines(json::ObjectReader& body, json::Writer& content, std::string_view name, TextLength length) {
  const auto text = body.nullable_text(name, length);
  json::require_lines(body, name, text);
  if (text) content.member(name, *text);
}

void copy_line(json::ObjectReader& body, json::Writer& content, std::string_view name, TextLength length) {
  const auto text = body.nullable_text(name, length);
  json::require_one_line(body, name, text);
  if (text) content.member(name, *text);
}

std::string take_value(json::ObjectReader& body, ContactKind kind) {
  std::string value = body.text("value", {.maximum = limits::kEmailBytes});
  if (value.empty()) return value;
  if (kind == ContactKind::kEmail) {
    const std::optional<std::string> email = auth::normalise_email(value);
    if (!email) body.add_error("value", "invalid_email");
    return email.value_or("");
  }
  if (!compact_phone(value)) body.add_error("value", "invalid_phone");
  return value;
}

void copy_contact(json::ObjectReader& body, json::Writer& content) {
  const ContactKind kind = body.choice("kind", kContactKinds);
  content.begin_object().member("kind", kContactKinds[std::to_underlying(kind)].word);
  content.member("value", take_value(body, kind));
  copy_line(body, content, "name", kSiteName);
}

// Null: at none any more.
void copy_site(json::ObjectReader& body, json::Writer& content) {
  const std::optional<std::optional<std::string>> text = body.nullable_text("site_id", {.maximum = kIdDigits});
  if (!text) return;
  const std::optional<std::int64_t> id = *text ? parse_id(**text) : std::nullopt;
  if (*text && !id) body.add_error("site_id", "invalid_id");
  content.key("site_id");
  if (id) {
    content.id(*id);
  } else {
    content.null();
  }
}

// `finish` for the reader and the writer of an object.
Result<std::string> finish(json::ObjectReader& body, json::Writer& content) {
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return content.end_object().take();
}

bool is_zone_name(std::string_view text) {
  return std::ranges::all_of(text, [](char letter) {
    return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
           std::string_view("/_+-").contains(letter);
  });
}

void copy_zone(json::ObjectReader& body, json::Writer& content) {
  const auto zone = body.nullable_text("time_zone", kZone);
  if (!zone) return;
  if (*zone && !is_zone_name(**zone)) body.add_error("time_zone", "invalid_choice");
  content.member("time_zone", *zone);
}

}  // namespace

Result<std::string> read_new_client(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  json::Writer content;
  const ClientKind kind = body.choice("kind", kClientKinds);
  content.begin_object().member("kind", kClientKinds[std::to_underlying(kind)].word);
  if (kind == ClientKind::kOrganisation) {
    const std::string name = body.text("organisation_name", kOrganisationName);
    json::require_one_line(body, "organisation_name", name);
    content.member("organisation_name", name);
  } else {
    const auto first_name = body.nullable_text("first_name", kPersonName);
    const auto surname = body.nullable_text("surname", kPersonName);
    json::require_one_line(body, "first_name", first_name);
    json::require_one_line(body, "surname", surname);
    if (!(first_name && *first_name) && !(surname && *surname)) body.add_error("surname", "required");
    if (first_name) content.member("first_name", *first_name);
    copy_line(body, content, "middle_name", kPersonName);
    if (surname) content.member("surname", *surname);
  }
  copy_line(body, content, "external_id", kExternalId);
  std::vector<json::ObjectReader> contacts = body.optional_objects("contacts", limits::kContactsAtOnce);
  content.key("contacts").begin_array();
  for (json::ObjectReader& contact : contacts) {
    copy_contact(contact, content);
    content.end_object();
    // Whether it was valid is said once, for the whole body.
    [[maybe_unused]] const Result<void> noted = contact.finish();
  }
  content.end_array();
  return finish(body, content);
}

Result<std::string> read_client_changes(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  json::Writer content;
  content.begin_object();
  if (const auto name = body.optional_text("organisation_name", kOrganisationName)) {
    json::require_one_line(body, "organisation_name", *name);
    content.member("organisation_name", *name);
  }
  for (const std::string_view name : {"first_name", "middle_name", "surname"})
    copy_line(body, content, name, kPersonName);
  copy_line(body, content, "external_id", kExternalId);
  return finish(body, content);
}

Result<std::string> read_new_contact(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  json::Writer content;
  copy_contact(body, content);
  if (const auto site_id = body.optional_id("site_id")) content.id_member("site_id", *site_id);
  return finish(body, content);
}

Result<std::string> read_contact_changes(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  json::Writer content;
  content.begin_object();
  // An address stays an address and a number a number: the statement compares.
  if (const auto value = body.optional_text("value", {.maximum = limits::kEmailBytes})) {
    const std::optional<std::string> email = value->contains('@') ? auth::normalise_email(*value) : std::nullopt;
    if (value->contains('@') && !email) body.add_error("value", "invalid_email");
    if (!value->contains('@') && !compact_phone(*value)) body.add_error("value", "invalid_phone");
    content.member("value", email.value_or(*value));
  }
  copy_line(body, content, "name", kSiteName);
  copy_site(body, content);
  return finish(body, content);
}

Result<std::string> read_new_site(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  json::Writer content;
  const std::string name = body.text("name", kSiteName);
  json::require_one_line(body, "name", name);
  content.begin_object().member("name", name);
  copy_lines(body, content, "address", kAddress);
  copy_zone(body, content);
  copy_line(body, content, "external_id", kExternalId);
  return finish(body, content);
}

Result<std::string> read_site_changes(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  json::Writer content;
  content.begin_object();
  if (const auto name = body.optional_text("name", kSiteName)) {
    json::require_one_line(body, "name", *name);
    content.member("name", *name);
  }
  copy_lines(body, content, "address", kAddress);
  copy_zone(body, content);
  copy_line(body, content, "external_id", kExternalId);
  return finish(body, content);
}

}  // namespace portal::features::clients
