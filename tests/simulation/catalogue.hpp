// The shapes of all statements, read from sql/queries as people write them, so that the model names its values and a
// statement that gets a further column needs no change here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pg/statement.hpp"

namespace portal::simulation {

struct Column {
  std::string name;
  pg::Oid type = 0;
  bool nullable = false;
};

struct Shape {
  std::string name;
  std::vector<std::string> parameters;
  std::vector<Column> columns;
};

class Catalogue {
 public:
  Catalogue();
  // By the statement's text; null: no statement of the project.
  const Shape* find(std::string_view text) const;

 private:
  std::unordered_map<std::string, Shape> by_name_;
  std::unordered_map<std::string_view, const Shape*> by_text_;
};

// What a value that nobody set is: NULL where that is allowed, else nothing of its type.
std::optional<std::string> unset_value(const Column& column);

// Values in PostgreSQL's binary format.
std::string int8_value(std::int64_t value);
std::string int4_value(std::int32_t value);
std::string bool_value(bool value);
std::string texts_value(const std::vector<std::string_view>& texts);
std::int64_t read_int8(std::string_view value);
std::vector<std::string_view> read_texts(std::string_view value);

}  // namespace portal::simulation
