#include "features/import/kinds.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "base/choice.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "features/import/job_rows.hpp"
#include "features/import/point_in_time.hpp"
#include "json/plain_text.hpp"
#include "json/scanner.hpp"
#include "sql/import_clients.hpp"
#include "sql/import_contacts.hpp"
#include "sql/import_documents.hpp"
#include "sql/import_fields.hpp"
#include "sql/import_invoices.hpp"
#include "sql/import_jobs.hpp"
#include "sql/import_positions.hpp"
#include "sql/import_quotes.hpp"
#include "sql/import_sites.hpp"
#include "sql/import_teams.hpp"
#include "sql/import_templates.hpp"
#include "sql/import_workers.hpp"

namespace portal::features::import {
namespace {

// Limits are those of the columns.
constexpr TextLength kExternalId{.maximum = 255};
constexpr TextLength kName{.maximum = 300};
constexpr TextLength kOrganisationName{.maximum = 5000};
constexpr TextLength kPersonName{.maximum = 50};
constexpr TextLength kAddress{.maximum = 1000};
constexpr TextLength kContactValue{.minimum = 3, .maximum = 254};
constexpr TextLength kTimeZone{.maximum = 64};
constexpr TextLength kPhone{.minimum = 3, .maximum = 50};
constexpr TextLength kPaperNumber{.maximum = 50};
constexpr TextLength kDescription{.maximum = limits::kQuoteDescriptionCharacters};
constexpr TextLength kDate{.maximum = 10};
constexpr TextLength kCurrency{.minimum = 3, .maximum = 3};
constexpr std::int64_t kLargestAmount = 1'000'000'000'000'000;
constexpr std::int64_t kWorstAccuracy = 100'000;  // metres
constexpr std::size_t kMostReferences = 500;
constexpr std::size_t kMostOptions = 1000;

enum class FieldGroup : std::uint8_t { kCustom, kReport };
constexpr std::array kFieldGroups = {Choice<FieldGroup>{"custom", FieldGroup::kCustom},
                                     Choice<FieldGroup>{"report", FieldGroup::kReport}};

enum class ClientKind : std::uint8_t { kOrganisation, kPerson };
constexpr std::array kClientKinds = {Choice<ClientKind>{"organisation", ClientKind::kOrganisation},
                                     Choice<ClientKind>{"person", ClientKind::kPerson}};
enum class ContactKind : std::uint8_t { kEmail, kPhone };
constexpr std::array kContactKinds = {Choice<ContactKind>{"email", ContactKind::kEmail},
                                      Choice<ContactKind>{"phone", ContactKind::kPhone}};

void copy_text(json::ObjectReader& line, json::Writer& row, std::string_view name, TextLength length) {
  const std::string text = line.text(name, length);
  json::require_one_line(line, name, text);
  row.member(name, text);
}

// True when it was there.
bool copy_optional_text(json::ObjectReader& line, json::Writer& row, std::string_view name, TextLength length) {
  const std::optional<std::string> text = line.optional_text(name, length);
  json::require_one_line(line, name, text);
  if (text) row.member(name, *text);
  return text.has_value();
}

void read_client(json::ObjectReader& line, std::string_view /*text*/, const FieldTable& /*fields*/, json::Writer& row) {
  const ClientKind kind = line.choice("kind", kClientKinds);
  if (kind == ClientKind::kOrganisation) {
    row.member("kind", "organisation");
    copy_text(line, row, "organisation_name", kOrganisationName);
    return;
  }
  row.member("kind", "person");
  const bool has_first_name = copy_optional_text(line, row, "first_name", kPersonName);
  copy_optional_text(line, row, "middle_name", kPersonName);
  const bool has_surname = copy_optional_text(line, row, "surname", kPersonName);
  if (!has_first_name && !has_surname) line.add_error("surname", "required");
}

void read_site(json::ObjectReader& line, std::string_view /*text*/, const FieldTable& /*fields*/, json::Writer& row) {
  copy_text(line, row, "client", kExternalId);
  copy_text(line, row, "name", kName);
  const std::optional<std::string> address = line.optional_text("address", kAddress);
  json::require_lines(line, "address", address);
  if (address) row.member("address", *address);
  copy_optional_text(line, row, "time_zone", kTimeZone);
}

void read_contact(json::ObjectReader& line, std::string_view /*text*/, const FieldTable& /*fields*/,
                  json::Writer& row) {
  copy_text(line, row, "client", kExternalId);
  copy_optional_text(line, row, "site", kExternalId);
  row.member("kind", line.choice("kind", kContactKinds) == ContactKind::kEmail ? "email" : "phone");
  copy_text(line, row, "value", kContactValue);
  copy_optional_text(line, row, "name", kName);
}

// What it holds comes with a second request.
void read_document(json::ObjectReader& line, std::string_view /*text*/, const FieldTable& /*fields*/,
                   json::Writer& row) {
  copy_text(line, row, "client", kExternalId);
  copy_text(line, row, "name", kName);
  row.member("visible", line.optional_boolean("visible").value_or(true));
}

bool is_currency(std::string_view text) {
  return std::ranges::all_of(text, [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

void copy_date(json::ObjectReader& line, json::Writer& row, std::string_view name, const std::string& date) {
  if (!date.empty() && (!parse_date(date) || !is_within_reach(date))) line.add_error(name, "invalid_date");
  row.member(name, date);
}

// Invoices and quotes begin and end alike. The file comes with a second request; what is not said of `visible` is left
// to staff.
void read_head(json::ObjectReader& line, json::Writer& row) {
  copy_text(line, row, "client", kExternalId);
  copy_text(line, row, "number", kPaperNumber);
  copy_optional_text(line, row, "title", kName);
  copy_date(line, row, "issued_on", line.text("issued_on", kDate));
}

// The total.
std::int64_t copy_amount(json::ObjectReader& line, json::Writer& row) {
  const std::string currency = line.text("currency", kCurrency);
  if (!is_currency(currency)) line.add_error("currency", "invalid_text");
  const std::int64_t total = line.integer("total", 0, kLargestAmount);
  row.member("currency", currency).member("total", total);
  return total;
}

void read_end(json::ObjectReader& line, json::Writer& row) {
  copy_optional_text(line, row, "job", kExternalId);
  if (const std::optional<bool> visible = line.optional_boolean("visible")) row.member("visible", *visible);
}

void copy_optional_date(json::ObjectReader& line, json::Writer& row, std::string_view name) {
  if (const std::optional<std::string> date = line.optional_text(name, kDate)) copy_date(line, row, name, *date);
}

void read_invoice(json::ObjectReader& line, std::string_view /*text*/, const FieldTable& /*fields*/,
                  json::Writer& row) {
  read_head(line, row);
  copy_optional_date(line, row, "due_on");
  const std::int64_t total = copy_amount(line, row);
  const std::int64_t paid = line.optional_integer("paid", 0, kLargestAmount).value_or(0);
  if (paid > total) line.add_error("paid", "out_of_range");
  row.member("paid", paid).member("void", line.optional_boolean("void").value_or(false));
  read_end(line, row);
}

void read_quote(json::ObjectReader& line, std::string_view /*text*/, const FieldTable& /*fields*/, json::Writer& row) {
  read_head(line, row);
  const std::optional<std::string> description = line.optional_text("description", kDescription);
  json::require_lines(line, "description", description);
  if (description) row.member("description", *description);
  copy_optional_date(line, row, "valid_until");
  copy_amount(line, row);
  row.member("superseded", line.optional_boolean("superseded").value_or(false));
  read_end(line, row);
}

void read_worker(json::ObjectReader& line, std::string_view /*text*/, const FieldTable& /*fields*/, json::Writer& row) {
  copy_text(line, row, "name", kName);
  copy_optional_text(line, row, "phone", kPhone);
  copy_optional_text(line, row, "email", kContactValue);
}

void copy_degrees(json::ObjectReader& line, json::Writer& row, std::string_view name, double most) {
  row.key(name).raw(fmt::format("{}", line.number(name, -most, most)));
}

void read_position(json::ObjectReader& line, std::string_view /*text*/, const FieldTable& /*fields*/,
                   json::Writer& row) {
  copy_degrees(line, row, "latitude", 90);
  copy_degrees(line, row, "longitude", 180);
  if (const std::optional<std::int64_t> accuracy = line.optional_integer("accuracy_metres", 0, kWorstAccuracy))
    row.member("accuracy_metres", *accuracy);
  const std::string recorded_at = line.text("recorded_at", kTime);
  if (!recorded_at.empty() && !is_point_in_time(recorded_at)) line.add_error("recorded_at", "invalid_date");
  row.member("recorded_at", recorded_at);
}

// A list that is absent is an empty one.
void copy_references(json::ObjectReader& line, json::Writer& row, std::string_view name) {
  row.key(name).begin_array();
  for (const std::string& external_id :
       line.optional_texts(name, kMostReferences, kExternalId).value_or(std::vector<std::string>()))
    row.value(external_id);
  row.end_array();
}

void read_team(json::ObjectReader& line, std::string_view /*text*/, const FieldTable& /*fields*/, json::Writer& row) {
  copy_text(line, row, "name", kName);
  copy_references(line, row, "workers");
}

void read_template(json::ObjectReader& line, std::string_view /*text*/, const FieldTable& /*fields*/,
                   json::Writer& row) {
  copy_text(line, row, "name", kName);
  copy_references(line, row, "fields");
}

bool is_key(std::string_view key) {
  const auto is_letter = [](char letter) { return letter >= 'a' && letter <= 'z'; };
  return !key.empty() && key.size() <= 63 && is_letter(key.front()) && std::ranges::all_of(key, [&](char letter) {
    return is_letter(letter) || (letter >= '0' && letter <= '9') || letter == '_';
  });
}

// [{"id", "label"}], from the text of the line; false when it is something else.
bool copy_options(std::string_view options, json::Writer& row) {
  std::vector<std::string> ids;
  row.key("options").begin_array();
  bool is_valid = true;
  json::ArrayScanner scanner(options);
  while (const std::optional<std::string_view> option = scanner.next()) {
    std::string id;
    std::string label;
    json::ObjectScanner members(*option);
    while (const std::optional<json::Member> member = members.next()) {
      const bool is_id = member->has_key("id");
      if (!is_id && !member->has_key("label")) is_valid = false;
      (is_id ? id : label) = json::read_text(member->value).value_or("");
    }
    is_valid = is_valid && !json::has_control(id) && !json::has_control(label) &&
               find_text_fault(id, kExternalId).empty() && find_text_fault(label, kName).empty() &&
               std::ranges::find(ids, id) == ids.end();
    ids.push_back(id);
    row.begin_object().member("id", id).member("label", label).end_object();
  }
  row.end_array();
  return is_valid && !ids.empty() && ids.size() <= kMostOptions;
}

void read_field(json::ObjectReader& line, std::string_view text, const FieldTable& /*fields*/, json::Writer& row) {
  row.member("group", line.choice("group", kFieldGroups) == FieldGroup::kCustom ? "custom" : "report");
  const std::string key = line.text("key", {.maximum = 63});
  if (!key.empty() && !is_key(key)) line.add_error("key", "invalid_text");
  row.member("key", key);
  copy_text(line, row, "label", kName);
  const std::string type = line.text("type", {.maximum = 20});
  const std::optional<FieldType> known = parse_field_type(type);
  if (!known && !type.empty()) line.add_error("type", "invalid_choice");
  row.member("type", type);
  row.member("position", line.optional_integer("position", 0, 100'000).value_or(0));
  const bool has_options = line.has_list("options");
  if (has_options != (known == FieldType::kPickList))
    line.add_error("options", has_options ? "unknown_field" : "required");
  if (has_options && !copy_options(json::find_member(text, "options").value_or(""), row))
    line.add_error("options", "invalid_value");
}

template <JsonRows::Read read, JsonRows::Apply apply>
std::unique_ptr<RowSet> make_json_rows() {
  return std::make_unique<JsonRows>(read, apply);
}

std::unique_ptr<RowSet> make_job_rows() { return std::make_unique<JobRows>(); }

constexpr std::array kKinds = {
    Kind{"clients", make_json_rows<read_client, sql::import_clients>, sql::read_imported_client},
    Kind{"sites", make_json_rows<read_site, sql::import_sites>, sql::read_imported_site},
    Kind{"contacts", make_json_rows<read_contact, sql::import_contacts>, sql::read_imported_contact},
    Kind{"workers", make_json_rows<read_worker, sql::import_workers>, sql::read_imported_worker},
    Kind{"teams", make_json_rows<read_team, sql::import_teams>, sql::read_imported_team},
    Kind{"fields", make_json_rows<read_field, sql::import_fields>, sql::read_imported_field},
    Kind{"templates", make_json_rows<read_template, sql::import_templates>, sql::read_imported_template},
    Kind{"documents", make_json_rows<read_document, sql::import_documents>, sql::read_imported_document},
    Kind{"invoices", make_json_rows<read_invoice, sql::import_invoices>, sql::read_imported_invoice},
    Kind{"quotes", make_json_rows<read_quote, sql::import_quotes>, sql::read_imported_quote},
    Kind{"positions", make_json_rows<read_position, sql::import_positions>, sql::read_imported_position},
    Kind{"jobs", make_job_rows, sql::read_imported_job, true},
};

}  // namespace

const Kind* find_kind(std::string_view name) noexcept {
  const auto* found = std::ranges::find(kKinds, name, &Kind::name);
  return found == kKinds.end() ? nullptr : found;
}

}  // namespace portal::features::import
