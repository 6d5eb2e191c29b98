// Values with parameters, as Content-Type and Content-Disposition have them: `form-data; name="logo"` (RFC 9110 section
// 5.6.6, RFC 6266).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portal::http {

struct Parameter {
  std::string name;   // lower case
  std::string value;  // without its quotes; any bytes but control characters
};

struct ParameterizedValue {
  std::string value;  // what stands before the first semicolon, lower case
  std::vector<Parameter> parameters;

  const std::string* find(std::string_view name) const noexcept;  // null: absent
};

// Nothing for what is malformed, what has a parameter twice, or more of them than limits::kHeaderParameters.
std::optional<ParameterizedValue> parse_parameterized(std::string_view text);

// Of a media type alone, "image/png": two tokens with a slash between them.
bool is_media_type(std::string_view text) noexcept;

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) noexcept;

}  // namespace portal::http
