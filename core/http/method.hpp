#pragma once

#include <cstdint>
#include <string_view>

namespace portal::http {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };

// Case-sensitive, as RFC 9110 section 9.1 says; what the API never serves is kOther.
Method parse_method(std::string_view name) noexcept;
std::string_view name_of(Method method) noexcept;

// State changes only by the others.
constexpr bool is_safe(Method method) noexcept {
  return method == Method::kGet || method == Method::kHead || method == Method::kOptions;
}

}  // namespace portal::http
