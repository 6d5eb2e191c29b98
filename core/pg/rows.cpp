#include "pg/rows.hpp"

#include <libpq-fe.h>

#include <bit>
#include <charconv>
#include <limits>
#include <stdexcept>
#include <string>

namespace portal::pg {
namespace {

constexpr auto kEpoch = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);

[[noreturn]] void broken(const char* what) { throw std::logic_error(std::string("pg::Row: ") + what); }

// Reads big-endian integers off the front of a value whose shape PostgreSQL guarantees; a shorter one is a broken
// invariant.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t integer(std::size_t size) {
    std::uint64_t value = 0;
    for (const char byte : take(size)) value = value << 8U | static_cast<std::uint8_t>(byte);
    return value;
  }
  std::string_view take(std::size_t size) {
    if (size > bytes_.size()) broken("value too short");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

 private:
  std::string_view bytes_;
};

template <class Element>
void read_array(std::string_view raw, Oid element_type, Element element) {
  Reader reader(raw);
  const auto dimensions = reader.integer(4);
  reader.integer(4);
  if (reader.integer(4) != element_type) broken("array of another type");
  if (dimensions == 0) return;
  if (dimensions != 1) broken("array of several dimensions");
  auto count = reader.integer(4);
  reader.integer(4);
  for (; count > 0; --count) {
    const auto length = static_cast<std::int32_t>(reader.integer(4));
    if (length < 0) broken("NULL in an array");
    element(reader.take(static_cast<std::size_t>(length)));
  }
}

}  // namespace

std::string_view Row::raw(int column, Oid expected) const {
  if (column < 0 || column >= PQnfields(result_)) broken("no such column");
  if (PQftype(result_, column) != expected) broken("column of another type");
  if (PQgetisnull(result_, row_, column)) broken("unexpected NULL");
  return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

bool Row::is_null(int column) const {
  if (column < 0 || column >= PQnfields(result_)) broken("no such column");
  return PQgetisnull(result_, row_, column) != 0;
}

bool Row::boolean(int column) const { return Reader(raw(column, oid::kBool)).integer(1) != 0; }
std::int32_t Row::int32(int column) const {
  return static_cast<std::int32_t>(Reader(raw(column, oid::kInt4)).integer(4));
}
std::int64_t Row::int64(int column) const {
  return static_cast<std::int64_t>(Reader(raw(column, oid::kInt8)).integer(8));
}
double Row::float64(int column) const { return std::bit_cast<double>(Reader(raw(column, oid::kFloat8)).integer(8)); }

std::string_view Row::text(int column) const {
  const bool json = column >= 0 && column < PQnfields(result_) && PQftype(result_, column) == oid::kJson;
  return raw(column, json ? oid::kJson : oid::kText);
}

std::string_view Row::jsonb(int column) const {
  std::string_view value = raw(column, oid::kJsonb);
  if (value.empty() || value.front() != '\1') broken("jsonb of another version");
  return value.substr(1);
}

Bytes Row::bytes(int column) const {
  const std::string_view value = raw(column, oid::kBytea);
  return {reinterpret_cast<const std::uint8_t*>(value.data()), value.size()};
}

Timestamp Row::timestamp(int column) const {
  const auto since = static_cast<std::int64_t>(Reader(raw(column, oid::kTimestamptz)).integer(8));
  constexpr std::chrono::microseconds kSince = kEpoch.time_since_epoch();
  // 'infinity' is the largest number there is; nobody here has a time for it.
  if (since > std::numeric_limits<std::int64_t>::max() - kSince.count()) broken("a time beyond all times");
  return Timestamp(kSince + std::chrono::microseconds(since));
}

Date Row::date(int column) const {
  const auto since = static_cast<std::int32_t>(Reader(raw(column, oid::kDate)).integer(4));
  if (since > std::numeric_limits<std::int32_t>::max() - kEpoch.time_since_epoch().count())
    broken("a day beyond all days");
  return kEpoch + std::chrono::days(since);
}

std::vector<std::int64_t> Row::int64_array(int column) const {
  std::vector<std::int64_t> values;
  read_array(raw(column, oid::kInt8Array), oid::kInt8, [&](std::string_view element) {
    values.push_back(static_cast<std::int64_t>(Reader(element).integer(8)));
  });
  return values;
}

std::vector<std::string_view> Row::text_array(int column) const {
  std::vector<std::string_view> values;
  read_array(raw(column, oid::kTextArray), oid::kText, [&](std::string_view element) { values.push_back(element); });
  return values;
}

void Rows::Clear::operator()(pg_result* result) const noexcept { PQclear(result); }

int Rows::size() const { return PQntuples(result_.get()); }
int Rows::columns() const { return PQnfields(result_.get()); }
Oid Rows::column_type(int column) const { return PQftype(result_.get(), column); }

int Rows::affected() const {
  const std::string_view text = PQcmdTuples(result_.get());
  int count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

}  // namespace portal::pg
