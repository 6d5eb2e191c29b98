// Rows whose bytes are not what PostgreSQL promises: reading them answers or throws std::logic_error, and reads nothing
// beyond them.
#include <libpq-fe.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "pg/rows.hpp"
#include "require.hpp"

namespace {

namespace fuzz = portal::fuzz;
using portal::pg::Row;
using portal::pg::Rows;
namespace oid = portal::pg::oid;

constexpr std::array kTypes = {oid::kBool,        oid::kBytea, oid::kInt8,      oid::kInt4,
                               oid::kText,        oid::kJson,  oid::kFloat8,    oid::kDate,
                               oid::kTimestamptz, oid::kJsonb, oid::kInt8Array, oid::kTextArray};

template <class Read>
void read(Read read_value) {
  try {
    read_value();
  } catch (const std::logic_error&) {
    // Another type, or too short for its own.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const portal::pg::Oid type = kTypes[data[0] % kTypes.size()];
  PGresult* result = PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
  char name[] = "value";
  PGresAttDesc column{};
  column.name = name;
  column.format = 1;
  column.typid = type;
  fuzz::require(result && PQsetResultAttrs(result, 1, &column) == 1, "a result can be made");
  std::string value(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool null = (data[0] & 0x80U) != 0;
  fuzz::require(
      PQsetvalue(result, 0, 0, null ? nullptr : value.data(), null ? -1 : static_cast<int>(value.size())) == 1,
      "a value can be set");

  const Rows rows(result);
  const Row row = rows[0];
  fuzz::require(rows.size() == 1 && row.is_null(0) == null, "one row");
  read([&] { row.boolean(0); });
  read([&] { row.int32(0); });
  read([&] { row.int64(0); });
  read([&] { row.float64(0); });
  read([&] { row.timestamp(0); });
  read([&] { row.date(0); });
  read([&] { fuzz::require(row.text(0) == value, "a text is its bytes"); });
  read([&] { fuzz::require(row.jsonb(0) == std::string_view(value).substr(1), "jsonb is a version and a text"); });
  read([&] { fuzz::require(row.bytes(0).size() == value.size(), "bytes are all of them"); });
  read([&] { fuzz::require(row.int64_array(0).size() * 4 <= value.size(), "no more elements than bytes for them"); });
  read([&] {
    std::size_t bytes = 0;
    for (const std::string_view element : row.text_array(0)) bytes += 4 + element.size();
    fuzz::require(bytes <= value.size(), "no more text than bytes");
  });
  return 0;
}
