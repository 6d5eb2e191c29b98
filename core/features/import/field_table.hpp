// The custom and report fields of an account, against which the values of its jobs are checked.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "features/field_value.hpp"
#include "json/reader.hpp"
#include "pg/rows.hpp"

namespace portal::features::import {

// Whether a point in time, as RFC 3339 writes it, and what is shown of it have years of four digits in every zone, also
// after the longest job.
inline bool is_within_reach(std::string_view moment) {
  return moment >= std::string_view("0002") && moment < std::string_view("9990");
}

class FieldTable {
 public:
  FieldTable() = default;
  explicit FieldTable(const pg::Rows& rows);  // of list_fields_to_import

  // `values` is the JSON object of one group of fields, which stands in the line under `member`. What is wrong is noted
  // in `line`.
  void check(std::string_view group, std::string_view values, std::string_view member, json::ObjectReader& line) const;

 private:
  struct Field {
    FieldType type;
    std::string options;
  };
  std::map<std::string, Field, std::less<>> fields_;  // by "group.key"
};

}  // namespace portal::features::import
