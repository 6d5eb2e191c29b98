// Named statements and what is sent with them. The build makes the table of statements from sql/queries/*.sql
// (see tools/generate_statements.py); C++ never holds SQL text of its own.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pg/packed_texts.hpp"

namespace portal::pg {

using Oid = std::uint32_t;

namespace oid {
inline constexpr Oid kBool = 16, kBytea = 17, kInt8 = 20, kInt4 = 23, kText = 25, kJson = 114, kFloat8 = 701,
                     kDate = 1082, kTimestamptz = 1184, kJsonb = 3802, kInt8Array = 1016, kTextArray = 1009;
}

// `index` numbers the statements of one table without gaps: connections remember by it what they have prepared.
struct Statement {
  std::string_view name;
  const char* text;  // zero-terminated
  std::span<const Oid> parameter_types;
  std::uint16_t index;
};

// Microseconds since 1970-01-01 UTC.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
using Date = std::chrono::sys_days;
using Bytes = std::span<const std::uint8_t>;

// A text[]: texts wherever they stand, or packed ones. Refers to what it is made from.
class TextArray {
 public:
  template <class Texts>
    requires std::convertible_to<Texts, std::span<const std::string_view>>
  TextArray(Texts&& texts) : texts_(std::forward<Texts>(texts)) {}
  TextArray(const PackedTexts& packed) : packed_(&packed) {}

  std::size_t count() const { return packed_ ? packed_->count() : texts_.size(); }
  std::size_t bytes() const;  // of its elements, as they are sent
  void append_to(std::string& buffer) const;

 private:
  std::span<const std::string_view> texts_;
  const PackedTexts* packed_ = nullptr;
};

// The values of one execution, in PostgreSQL's binary format, owned.
class Parameters {
 public:
  void add(bool value);
  void add(std::int32_t value);
  void add(std::int64_t value);
  void add(std::string_view text);  // text, or jsonb when the parameter's type says so: see add_jsonb
  void add(const char* text) { add(std::string_view(text)); }
  void add(const std::string& text) { add(std::string_view(text)); }
  void add(Bytes bytes);
  void add(Timestamp value);
  void add(Date value);
  void add(std::span<const std::int64_t> values);  // bigint[]
  void add(const TextArray& values);               // text[]
  void add_jsonb(std::string_view json);
  void add_null();
  template <class T>
  void add(const std::optional<T>& value) {
    if (value) {
      add(*value);
    } else {
      add_null();
    }
  }

  std::size_t count() const { return entries_.size(); }
  // Pointers into this object, valid until it changes. A null pointer is SQL NULL.
  const char* value(std::size_t index) const;
  int length(std::size_t index) const { return entries_[index].length; }
  std::size_t bytes() const { return buffer_.size(); }

 private:
  struct Entry {
    std::size_t offset;
    int length;  // -1: NULL
  };
  void append_integer(std::uint64_t value, int bytes);
  void begin();
  void end();

  std::vector<Entry> entries_;
  std::string buffer_;
};

struct Query {
  const Statement* statement;
  Parameters parameters;
};

}  // namespace portal::pg
