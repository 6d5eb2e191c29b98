// NDJSON from another system: one object on each line. What is wrong is noted by line, and the rest becomes the rows of
// a statement. The body stays in its file; what is held in memory is a piece of it and the rows.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "features/import/kinds.hpp"
#include "features/import/line_file.hpp"

namespace portal::features::import {

struct LineError {
  std::int64_t line = 0;  // from 1
  std::string pointer;
  std::string code;
};

class Lines {
 public:
  // The file of `body` outlives it.
  Lines(const Kind& kind, FieldTable fields, http::BodyFile body)
      : rows_(kind.make_rows()), fields_(std::move(fields)), file_(body) {}

  // Reads on for about so long; false: that was the last line. kPayloadTooLarge for too many lines,
  // kStorageUnavailable.
  Result<bool> read_some(std::chrono::microseconds budget);

  // Takes in the lines that are right, of those with one external id the newest only. Once, at the end.
  pg::Query query(std::int64_t account_id, std::string_view apply) { return rows_->query(account_id, apply); }
  // Lines that another one in the same body stands above.
  std::int64_t superseded() const { return superseded_; }
  std::int64_t wrong() const { return wrong_; }
  const std::vector<LineError>& errors() const { return errors_; }

 private:
  struct Kept {
    std::optional<std::int64_t> version;
    std::size_t row = 0;
  };
  void read_line(const LineFile::Line& line);
  void note(const Error& error);
  void keep(const std::string& external_id, std::optional<std::int64_t> version);

  std::unique_ptr<RowSet> rows_;
  FieldTable fields_;
  LineFile file_;
  std::int64_t line_ = 0;
  std::size_t kept_rows_ = 0;
  std::unordered_map<std::string, Kept> kept_;  // by external id
  std::int64_t superseded_ = 0;
  std::int64_t wrong_ = 0;
  std::vector<LineError> errors_;
};

}  // namespace portal::features::import
