#include "features/import/field_table.hpp"

#include <optional>
#include <string>

#include "json/plain_text.hpp"
#include "json/scanner.hpp"
#include "json/writer.hpp"
#include "sql/import_fields.hpp"

namespace portal::features::import {
namespace {

std::string name_of(std::string_view group, std::string_view key) {
  std::string name(group);
  name += '.';
  name += key;
  return name;
}

// A text may have several lines, what a link is called has one.
bool has_control(FieldType type, std::string_view value) {
  if (type == FieldType::kLink) {
    const std::optional<std::string_view> label = json::find_member(value, "label");
    return label && json::has_control(json::read_text(*label).value_or(""));
  }
  if (type != FieldType::kText) return false;
  return json::has_control_in_lines(json::read_text(value).value_or(""));
}

bool is_out_of_reach(FieldType type, std::string_view value) {
  if (type != FieldType::kDatetime) return false;
  const std::optional<std::string> moment = json::read_text(value);
  return moment && !is_within_reach(*moment);
}

// What is not known of it would be kept without ever being looked at.
bool has_unknown_member(FieldType type, std::string_view value) {
  if ((type != FieldType::kMoney && type != FieldType::kLink) || json::is_null(value)) return false;
  json::ObjectScanner scanner(value);
  while (const std::optional<json::Member> member = scanner.next()) {
    const bool is_known = type == FieldType::kMoney ? member->has_key("amount") || member->has_key("currency")
                                                    : member->has_key("url") || member->has_key("label");
    if (!is_known) return true;
  }
  return false;
}

}  // namespace

FieldTable::FieldTable(const pg::Rows& rows) {
  for (int index = 0; index < rows.size(); ++index) {
    const auto row = sql::ListFieldsToImportRow::decode(rows[index]);
    const std::optional<FieldType> type = parse_field_type(row.type);
    if (type) fields_.emplace(name_of(row.field_group, row.key), Field{*type, std::string(row.options.value_or(""))});
  }
}

void FieldTable::check(std::string_view group, std::string_view values, std::string_view member,
                       json::ObjectReader& line) const {
  json::ObjectScanner scanner(values);
  while (const std::optional<json::Member> value = scanner.next()) {
    // Keys of fields need no escapes; one that has some is unknown.
    const auto found = fields_.find(name_of(group, value->escaped_key));
    if (found == fields_.end()) {
      line.add_error_below(member, value->escaped_key, "unknown_field");
      continue;
    }
    json::Writer ignored(value->value.size() + 64);
    const Field& field = found->second;
    if (!write_field_value(ignored, field.type, value->value, field.options) ||
        has_unknown_member(field.type, value->value) || is_out_of_reach(field.type, value->value))
      line.add_error_below(member, value->escaped_key, "invalid_value");
    else if (has_control(field.type, value->value))
      line.add_error_below(member, value->escaped_key, "invalid_text");
  }
}

}  // namespace portal::features::import
