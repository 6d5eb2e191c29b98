#include "catalogue.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "sql/statements.hpp"

namespace portal::simulation {
namespace {

constexpr std::array<std::pair<std::string_view, pg::Oid>, 13> kTypes = {{{"bigint", pg::oid::kInt8},
                                                                          {"integer", pg::oid::kInt4},
                                                                          {"text", pg::oid::kText},
                                                                          {"bytea", pg::oid::kBytea},
                                                                          {"boolean", pg::oid::kBool},
                                                                          {"timestamptz", pg::oid::kTimestamptz},
                                                                          {"date", pg::oid::kDate},
                                                                          {"jsonb", pg::oid::kJsonb},
                                                                          {"json", pg::oid::kJson},
                                                                          {"double precision", pg::oid::kFloat8},
                                                                          {"bigint[]", pg::oid::kInt8Array},
                                                                          {"text[]", pg::oid::kTextArray},
                                                                          {"void", 2278}}};

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// "name type?, name type"
std::vector<Column> read_list(std::string_view text) {
  std::vector<Column> list;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view entry = trim(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    const std::size_t blank = entry.find(' ');
    if (blank == std::string_view::npos) continue;
    Column column{.name = std::string(entry.substr(0, blank))};
    std::string_view type = trim(entry.substr(blank + 1));
    if (type.ends_with('?')) {
      column.nullable = true;
      type.remove_suffix(1);
    }
    for (const auto& [name, oid] : kTypes) {
      if (name == type) column.type = oid;
    }
    if (column.type == 0) throw std::runtime_error("a type that the simulation does not know: " + std::string(type));
    list.push_back(std::move(column));
  }
  return list;
}

// Big-endian, `bytes` long.
std::string integer_value(std::uint64_t value, int bytes) {
  std::string text;
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) text.push_back(static_cast<char>((value >> shift) & 0xFFU));
  return text;
}

std::uint64_t read_integer(std::string_view value, std::size_t bytes) {
  std::uint64_t number = 0;
  for (const char byte : value.substr(0, bytes)) number = number << 8U | static_cast<std::uint8_t>(byte);
  return number;
}

void read_file(const std::filesystem::path& path, std::unordered_map<std::string, Shape>& shapes) {
  std::ifstream file(path);
  std::string line;
  Shape* shape = nullptr;
  std::string parameters, columns;
  std::string* growing = nullptr;
  const auto end = [&] {
    if (shape) {
      for (Column& parameter : read_list(parameters)) shape->parameters.push_back(std::move(parameter.name));
      shape->columns = read_list(columns);
    }
    parameters.clear();
    columns.clear();
    growing = nullptr;
  };
  while (std::getline(file, line)) {
    const std::string_view text = line;
    if (text.starts_with("-- name: ")) {
      end();
      const std::string name(trim(text.substr(9)));
      shape = &shapes[name];
      shape->name = name;
    } else if (text.starts_with("-- parameters: ")) {
      growing = &parameters;
      *growing = text.substr(15);
    } else if (text.starts_with("-- columns: ")) {
      growing = &columns;
      *growing = text.substr(12);
    } else if (text.starts_with("--   ") && growing) {
      *growing += text.substr(4);
    } else {
      growing = nullptr;
    }
  }
  end();
}

}  // namespace

Catalogue::Catalogue() {
  for (const auto& entry : std::filesystem::directory_iterator(PORTAL_SOURCE_DIR "/sql/queries"))
    if (entry.path().extension() == ".sql") read_file(entry.path(), by_name_);
  for (const pg::Statement* statement : sql::all()) {
    const auto found = by_name_.find(std::string(statement->name));
    if (found == by_name_.end()) throw std::runtime_error("no shape of " + std::string(statement->name));
    by_text_.emplace(statement->text, &found->second);
  }
}

const Shape* Catalogue::find(std::string_view text) const {
  const auto found = by_text_.find(text);
  return found == by_text_.end() ? nullptr : found->second;
}

std::optional<std::string> unset_value(const Column& column) {
  if (column.nullable) return std::nullopt;
  switch (column.type) {
    case pg::oid::kBool:
      return std::string(1, '\0');
    case pg::oid::kInt4:
    case pg::oid::kDate:
      return std::string(4, '\0');
    case pg::oid::kInt8:
    case pg::oid::kTimestamptz:
    case pg::oid::kFloat8:
      return std::string(8, '\0');
    case pg::oid::kJsonb:
      return std::string("\1{}");
    case pg::oid::kInt8Array:
      return integer_value(0, 8) + integer_value(pg::oid::kInt8, 4);
    case pg::oid::kTextArray:
      return texts_value({});
    default:
      return std::string();
  }
}

std::string int8_value(std::int64_t value) { return integer_value(static_cast<std::uint64_t>(value), 8); }
std::string int4_value(std::int32_t value) { return integer_value(static_cast<std::uint32_t>(value), 4); }
std::string bool_value(bool value) { return std::string(1, value ? '\1' : '\0'); }

std::string texts_value(const std::vector<std::string_view>& texts) {
  std::string value = integer_value(texts.empty() ? 0 : 1, 4) + integer_value(0, 4) + integer_value(pg::oid::kText, 4);
  if (!texts.empty()) value += integer_value(texts.size(), 4) + integer_value(1, 4);
  for (const std::string_view text : texts) value.append(integer_value(text.size(), 4)).append(text);
  return value;
}

std::int64_t read_int8(std::string_view value) { return static_cast<std::int64_t>(read_integer(value, 8)); }

std::vector<std::string_view> read_texts(std::string_view value) {
  std::vector<std::string_view> texts;
  if (read_integer(value, 4) == 0) return texts;
  std::uint64_t count = read_integer(value.substr(12), 4);
  value.remove_prefix(20);
  for (; count > 0; --count) {
    const std::size_t length = read_integer(value, 4);
    texts.push_back(value.substr(4, length));
    value.remove_prefix(4 + length);
  }
  return texts;
}

}  // namespace portal::simulation
