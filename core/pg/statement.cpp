#include "pg/statement.hpp"

#include <bit>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace portal::pg {
namespace {

// PostgreSQL counts from 2000-01-01.
constexpr auto kEpoch = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);
constexpr std::size_t kArrayHead = 20;  // bytes before the first element

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
  buffer_.reserve(buffer_.size() + kArrayHead + values.size() * 12);
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

void Parameters::add(const TextArray& values) {
  begin();
  buffer_.reserve(buffer_.size() + kArrayHead + values.bytes());
  append_integer(values.count() == 0 ? 0 : 1, 4);
  append_integer(0, 4);
  append_integer(oid::kText, 4);
  if (values.count() > 0) {
    append_integer(values.count(), 4);
    append_integer(1, 4);
  }
  values.append_to(buffer_);
  end();
}

std::size_t TextArray::bytes() const {
  if (packed_) return packed_->bytes().size();
  return std::accumulate(texts_.begin(), texts_.end(), std::size_t{0},
                         [](std::size_t sum, std::string_view text) { return sum + 4 + text.size(); });
}

void TextArray::append_to(std::string& buffer) const {
  if (packed_) {
    buffer.append(packed_->bytes());
    return;
  }
  PackedTexts packed;
  for (const std::string_view text : texts_) packed.push_back(text);
  buffer.append(packed.bytes());
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
