// What a statement answered: rows in PostgreSQL's binary format, read in place.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "pg/statement.hpp"

struct pg_result;

namespace portal::pg {

// One row. Views point into the Rows that it came from. Reading a column as another type than the statement declares is
// a broken invariant and throws std::logic_error (a test describes every statement and compares).
class Row {
 public:
  Row(const pg_result* result, int row) : result_(result), row_(row) {}

  bool is_null(int column) const;
  bool boolean(int column) const;
  std::int32_t int32(int column) const;
  std::int64_t int64(int column) const;
  std::string_view text(int column) const;   // text, varchar, json
  std::string_view jsonb(int column) const;  // the JSON text, without the version byte
  Bytes bytes(int column) const;
  Timestamp timestamp(int column) const;
  Date date(int column) const;
  double float64(int column) const;
  std::vector<std::int64_t> int64_array(int column) const;
  std::vector<std::string_view> text_array(int column) const;

 private:
  std::string_view raw(int column, Oid expected) const;
  const pg_result* result_;
  int row_;
};

// Owns one result.
class Rows {
 public:
  Rows() = default;
  explicit Rows(pg_result* result) : result_(result) {}

  int size() const;
  bool empty() const { return size() == 0; }
  Row operator[](int row) const { return Row(result_.get(), row); }
  int affected() const;  // rows that an INSERT, UPDATE or DELETE touched
  int columns() const;
  Oid column_type(int column) const;

 private:
  struct Clear {
    void operator()(pg_result* result) const noexcept;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace portal::pg
