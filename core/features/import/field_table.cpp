#include "features/import/field_table.hpp"

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
    if (!write_field_value(ignored, found->second.type, value->value, found->second.options))
      line.add_error_below(member, value->escaped_key, "invalid_value");
  }
}

}  // namespace portal::features::import
