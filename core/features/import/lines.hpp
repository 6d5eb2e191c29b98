// NDJSON from another system: one object on each line. What is wrong is noted by line, and the rest is written as the
// rows of a statement.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "features/import/kinds.hpp"

namespace portal::features::import {

struct LineError {
  std::int64_t line = 0;  // from 1
  std::string pointer;
  std::string code;
};

class Lines {
 public:
  // `body` outlives it.
  Lines(const Kind& kind, FieldTable fields, std::string_view body)
      : kind_(kind), fields_(std::move(fields)), rest_(body) {}

  // Reads on for about so long; false: that was the last line. kPayloadTooLarge for too many lines.
  Result<bool> read_some(std::chrono::microseconds budget);

  // A JSON array of the lines that are right, of those with one external id the newest only.
  std::string rows() const;
  bool has_rows() const { return !rows_.empty(); }
  // Lines that another one in the same body stands above.
  std::int64_t superseded() const { return superseded_; }
  std::int64_t wrong() const { return wrong_; }
  const std::vector<LineError>& errors() const { return errors_; }

 private:
  struct Row {
    std::optional<std::int64_t> version;
    std::string text;
  };
  void read_line(std::string_view text);
  void note(const Error& error);
  void keep(std::string external_id, Row row);

  const Kind& kind_;
  FieldTable fields_;
  std::string_view rest_;
  std::int64_t line_ = 0;
  std::vector<Row> rows_;
  std::unordered_map<std::string, std::size_t> places_;  // in rows_, by external id
  std::int64_t superseded_ = 0;
  std::int64_t wrong_ = 0;
  std::vector<LineError> errors_;
};

}  // namespace portal::features::import
