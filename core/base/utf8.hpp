// Text from outside: strict UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF) without U+0000,
// which PostgreSQL cannot store.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace portal {

bool is_valid_text(std::string_view bytes) noexcept;

// How many bytes at the beginning are valid text: the offset of the first fault, or all of them.
std::size_t count_valid_bytes(std::string_view bytes) noexcept;

// The number of code points; nullopt when the bytes are not valid text.
std::optional<std::size_t> count_code_points(std::string_view bytes) noexcept;

struct TextLength {
  std::size_t minimum = 1;  // code points
  std::size_t maximum;
};

// What is wrong with a text from outside, as a FieldError's code (invalid_text, too_short, too_long); empty: nothing.
std::string_view find_text_fault(std::string_view bytes, TextLength length) noexcept;

// The longest beginning of valid text that has at most `maximum` bytes and does not end inside a code point.
std::string_view truncate_text(std::string_view text, std::size_t maximum) noexcept;

}  // namespace portal
