// What can be imported: how lines of each kind are read, and the statements that take them in and give them back.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "features/import/row_set.hpp"
#include "pg/statement.hpp"

namespace portal::features::import {

struct Kind {
  std::string_view name;  // as in the path
  // All kinds answer with the columns of import_clients.
  std::unique_ptr<RowSet> (*make_rows)();
  // Answers with the columns of read_imported_client.
  pg::Query (*find)(std::int64_t account_id, std::string_view external_id);
  bool has_values = false;  // of fields: list_fields_to_import is asked before
};

// Null: there is no such kind.
const Kind* find_kind(std::string_view name) noexcept;

}  // namespace portal::features::import
