// Writes one JSON text by appending. Commas and escapes are its business; begins and ends that do not match are a
// broken invariant and throw std::logic_error, also in release builds, because an answer that is not JSON would be kept
// by caches.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace portal::json {

class Writer {
 public:
  // `expected_bytes` is reserved at once, so that most answers are written without growing.
  explicit Writer(std::size_t expected_bytes = 1024);

  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);

  Writer& value(std::string_view text);  // valid UTF-8
  Writer& value(const char* text) { return value(std::string_view(text)); }
  Writer& value(const std::string& text) { return value(std::string_view(text)); }
  Writer& value(bool truth);
  Writer& value(std::signed_integral auto number) { return integer(number); }
  Writer& value(std::unsigned_integral auto number) = delete;  // JSON readers lose precision; say int64 on purpose
  Writer& value(Timestamp time);                               // RFC 3339
  Writer& value(Date date);                                    // YYYY-MM-DD
  Writer& null();
  Writer& id(std::int64_t id);  // a string, as ids travel
  template <class Kind>
  Writer& value(Id<Kind> id) {
    return this->id(id.value);
  }
  Writer& raw(std::string_view json);  // one complete value, trusted: from the database or from a Writer
  template <class Value>
  Writer& value(const std::optional<Value>& maybe) {
    return maybe ? value(*maybe) : null();
  }

  template <class Value>
  Writer& member(std::string_view name, const Value& content) {
    return key(name).value(content);
  }
  Writer& id_member(std::string_view name, std::int64_t content) { return key(name).id(content); }

  std::size_t bytes() const { return text_.size(); }
  // The finished text; the writer is empty afterwards.
  std::string take();

 private:
  enum class Level : char { kObject, kArray };
  Writer& begin(Level level, char bracket);
  Writer& end(Level level, char bracket);
  Writer& integer(std::int64_t number);
  void before_value();
  void append_escaped(std::string_view text);

  std::string text_;
  std::vector<Level> levels_;
  bool needs_comma_ = false;
  bool has_key_ = false;
};

}  // namespace portal::json
