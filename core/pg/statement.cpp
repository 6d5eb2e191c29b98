#include "pg/statement.hpp"

#include <bit>
#include <limits>
#include <stdexcept>

namespace portal::pg {
namespace {

// PostgreSQL counts from 2000-01-01.
constexpr auto kEpoch = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);

}  // namespace

void Parameters::append_integer(std::uint64_t value, int bytes) {
  static_assert(std::endian::native == std::endian::little);
  const std::uint64_t reversed = std::byteswap(value);
  const auto size = static_cast<std::size_t>(bytes);
  buffer_.append(reinterpret_cast<const char*>(&reversed) + sizeof reversed - size, size);
}

void Parameters::begin() { entries_.push_back({buffer_.size(), 0}); }

void Parameters::end() {
  const std::size_t length = buffer_.size() - entries_.back().offset;
  if (length > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw std::length_error("a parameter of more than 2 GiB");
  entries_.back().length = static_cast<int>(length);
}

void Parameters::add(bool value) {
  begin();
  buffer_.push_back(value ? '\1' : '\0');
  end();
}

void Parameters::add(std::int32_t value) {
  begin();
  append_integer(static_cast<std::uint32_t>(value), 4);
  end();
}

void Parameters::add(std::int64_t value) {
  begin();
  append_integer(static_cast<std::uint64_t>(value), 8);
  end();
}

void Parameters::add(std::string_view text) {
  begin();
  buffer_.append(text);
  end();
}

void Parameters::add(Bytes bytes) {
  begin();
  buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  end();
}

void Parameters::add(Timestamp value) {
  add(static_cast<std::int64_t>((value - std::chrono::time_point_cast<std::chrono::microseconds>(kEpoch)).count()));
}

void Parameters::add(Date value) { add(static_cast<std::int32_t>((value - kEpoch).count())); }

// Arrays: dimensions, has-nulls flag, element type, then length and lower bound of the one dimension, then the
// elements.
void Parameters::add(std::span<const std::int64_t> values) {
  begin();
  append_integer(values.empty() ? 0 : 1, 4);
  append_integer(0, 4);
  append_integer(oid::kInt8, 4);
  if (!values.empty()) {
    append_integer(values.size(), 4);
    append_integer(1, 4);
  }
  for (const std::int64_t value : values) {
    append_integer(8, 4);
    append_integer(static_cast<std::uint64_t>(value), 8);
  }
  end();
}

void Parameters::add(std::span<const std::string_view> values) {
  begin();
  append_integer(values.empty() ? 0 : 1, 4);
  append_integer(0, 4);
  append_integer(oid::kText, 4);
  if (!values.empty()) {
    append_integer(values.size(), 4);
    append_integer(1, 4);
  }
  for (const std::string_view value : values) {
    append_integer(value.size(), 4);
    buffer_.append(value);
  }
  end();
}

void Parameters::add_jsonb(std::string_view json) {
  begin();
  buffer_.push_back('\1');  // the only version of the binary form
  buffer_.append(json);
  end();
}

void Parameters::add_null() { entries_.push_back({buffer_.size(), -1}); }

const char* Parameters::value(std::size_t index) const {
  return entries_[index].length < 0 ? nullptr : buffer_.data() + entries_[index].offset;
}

}  // namespace portal::pg
