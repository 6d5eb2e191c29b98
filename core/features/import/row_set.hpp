// The lines of an import that are right, in the form that the statement of their kind takes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "features/import/field_table.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "pg/statement.hpp"

namespace portal::features::import {

// What lines of all kinds say.
struct RowHead {
  std::int64_t line = 0;  // from 1
  std::string_view external_id;
  std::optional<std::int64_t> version;
  bool deleted = false;
};

class RowSet {
 public:
  virtual ~RowSet() = default;
  // Forgets a row that was begun and not kept.
  virtual void begin(const RowHead& head) = 0;
  // The rest of it: `text` is the line itself.
  virtual void read(json::ObjectReader& line, std::string_view text, const FieldTable& fields) = 0;
  virtual void keep() = 0;
  // Takes back a row that was kept: rows count from 0 as they were kept.
  virtual void drop(std::size_t row) = 0;
  // Once, at the end. `apply` is all, good or none (sql/queries/import.sql).
  virtual pg::Query query(std::int64_t account_id, std::string_view apply) = 0;
};

// A JSON array of objects: of all kinds but jobs, which come by the hundred thousand (job_rows.hpp).
class JsonRows final : public RowSet {
 public:
  // Writes what a line says as members of the row.
  using Read = void (*)(json::ObjectReader& line, std::string_view text, const FieldTable& fields, json::Writer& row);
  using Apply = pg::Query (*)(std::int64_t account_id, std::string_view rows, std::string_view apply);

  JsonRows(Read read, Apply apply) : read_(read), apply_(apply) {}

  void begin(const RowHead& head) override;
  void read(json::ObjectReader& line, std::string_view text, const FieldTable& fields) override {
    read_(line, text, fields, writer_);
  }
  void keep() override;
  void drop(std::size_t row) override;
  pg::Query query(std::int64_t account_id, std::string_view apply) override;

 private:
  struct Place {
    std::size_t begin = 0;
    std::size_t size = 0;
  };

  Read read_;
  Apply apply_;
  json::Writer writer_{0};
  std::string rows_ = "[";
  std::vector<Place> places_ = {};
};

}  // namespace portal::features::import
