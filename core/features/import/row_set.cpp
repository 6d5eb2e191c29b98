#include "features/import/row_set.hpp"

#include <algorithm>

namespace portal::features::import {

void JsonRows::begin(const RowHead& head) {
  writer_ = json::Writer(256);
  writer_.begin_object().member("line", head.line).member("external_id", head.external_id);
  if (head.version) writer_.member("version", *head.version);
  if (head.deleted) writer_.member("deleted", true);
}

// Each row has a comma behind it.
void JsonRows::keep() {
  const std::string row = writer_.end_object().take();
  places_.push_back({.begin = rows_.size(), .size = row.size() + 1});
  rows_ += row;
  rows_ += ',';
}

// Blanks mean nothing to whoever reads JSON.
void JsonRows::drop(std::size_t row) {
  const Place& place = places_[row];
  std::fill_n(rows_.begin() + static_cast<std::ptrdiff_t>(place.begin), place.size, ' ');
}

pg::Query JsonRows::query(std::int64_t account_id, std::string_view apply) {
  // The last comma has nothing behind it but blanks.
  const std::size_t last = rows_.find_last_not_of(' ');
  if (rows_[last] == ',') rows_[last] = ' ';
  rows_ += ']';
  return apply_(account_id, std::exchange(rows_, "["), apply);
}

}  // namespace portal::features::import
