// What can be imported: how a line of each kind is read, and the statements that take it in and give it back.
#pragma once

#include <cstdint>
#include <string_view>

#include "features/import/field_table.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "pg/statement.hpp"

namespace portal::features::import {

struct Kind {
  std::string_view name;  // as in the path
  // Takes what a line says besides external_id, version and deleted, and writes it as members of the statement's row.
  // `text` is the line itself.
  void (*read)(json::ObjectReader& line, std::string_view text, const FieldTable& fields, json::Writer& row);
  // `rows` is the JSON array of what `read` wrote; `apply` is all, good or none (sql/queries/import.sql). All kinds
  // answer with the columns of import_clients.
  pg::Query (*apply)(std::int64_t account_id, std::string_view rows, std::string_view apply);
  // Answers with the columns of read_imported_client.
  pg::Query (*find)(std::int64_t account_id, std::string_view external_id);
  bool has_values = false;  // of fields: list_fields_to_import is asked before
};

// Null: there is no such kind.
const Kind* find_kind(std::string_view name) noexcept;

}  // namespace portal::features::import
