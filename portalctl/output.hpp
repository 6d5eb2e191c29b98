// What commands print: tables for people, JSON for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "json/writer.hpp"

namespace portal::portalctl {

enum class Format : std::uint8_t { kText, kJson };

// Nothing is null in JSON and a dash in a table.
using Cell = std::variant<std::monostate, std::string, bool, std::int64_t, std::vector<std::string>>;

class Table {
 public:
  // Names of columns are the names in JSON; the table shows them in capitals.
  explicit Table(std::vector<std::string> columns) : columns_(std::move(columns)) {}
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

  void print(Format format) const;
  void print_text() const;
  // An array of objects.
  void write(json::Writer& writer) const;

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<Cell>> rows_;
};

void print_line(const std::string& text);
void print_json(json::Writer& writer);

// What a table shows for what may be missing.
Cell text_cell(std::optional<std::string_view> text);
Cell text_cell(std::string_view text);
Cell time_cell(std::optional<Timestamp> time);
Cell list_cell(const std::vector<std::string_view>& words);

}  // namespace portal::portalctl
