// Looks into the jsonb text of our own database without building anything: only the values that are asked for are
// found, and they are copied out as they stand. The text is trusted to be JSON; a text that is not gives nothing, and
// never a read outside of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portal::json {

struct Member {
  std::string_view escaped_key;  // between the quotes
  std::string_view value;        // one complete value
  bool has_key(std::string_view key) const;
};

// Walks the members of one object in their order.
class ObjectScanner {
 public:
  explicit ObjectScanner(std::string_view object) noexcept;
  std::optional<Member> next() noexcept;

 private:
  std::string_view rest_;
  bool first_ = true;
};

// Walks the elements of one array.
class ArrayScanner {
 public:
  explicit ArrayScanner(std::string_view array) noexcept;
  std::optional<std::string_view> next() noexcept;

 private:
  std::string_view rest_;
  bool first_ = true;
};

// The value of a member of the object at the top level. Costs one walk: take several with ObjectScanner.
std::optional<std::string_view> find_member(std::string_view object, std::string_view key);

// Simple values; nullopt when the value is of another type.
bool is_null(std::string_view value) noexcept;
std::optional<bool> read_boolean(std::string_view value) noexcept;
std::optional<std::int64_t> read_integer(std::string_view value) noexcept;
std::optional<std::string> read_text(std::string_view value);

}  // namespace portal::json
