#include "http/parameters.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "http/request.hpp"

namespace portal::http {
namespace {

bool is_token_character(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || std::string_view("!#$%&'*+-.^_`|~").contains(character);
}

bool is_control(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte < 0x20 || byte == 0x7F;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return lower;
}

std::string_view take_token(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_token_character);
  const std::string_view token = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(token.size());
  return token;
}

// The text behind an opening quotation mark. A backslash counts as one where it stands before anything but a quotation
// mark or another: browsers send names of files as they are.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string value;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') {
      text.remove_prefix(at + 1);
      return value;
    }
    if (text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\')) ++at;
    if (is_control(text[at])) return std::nullopt;
    value += text[at];
  }
  return std::nullopt;
}

std::optional<Parameter> take_parameter(std::string_view& text) {
  Parameter parameter{.name = lower_case(take_token(text)), .value = {}};
  if (parameter.name.empty() || !text.starts_with('=')) return std::nullopt;
  text.remove_prefix(1);
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    std::optional<std::string> quoted = take_quoted(text);
    if (!quoted) return std::nullopt;
    parameter.value = std::move(*quoted);
  } else {
    parameter.value = take_token(text);
    if (parameter.value.empty()) return std::nullopt;
  }
  return parameter;
}

}  // namespace

const std::string* ParameterizedValue::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(parameters, name, &Parameter::name);
  return found == parameters.end() ? nullptr : &found->value;
}

std::optional<ParameterizedValue> parse_parameterized(std::string_view text) {
  const std::size_t semicolon = std::min(text.find(';'), text.size());
  ParameterizedValue parsed{.value = lower_case(trim_blanks(text.substr(0, semicolon))), .parameters = {}};
  text.remove_prefix(semicolon);
  while (!(text = trim_blanks(text)).empty()) {
    if (!text.starts_with(';')) return std::nullopt;
    text = trim_blanks(text.substr(1));
    if (text.empty() || text.starts_with(';')) continue;  // RFC 9110 allows a semicolon with nothing behind it
    std::optional<Parameter> parameter = take_parameter(text);
    if (!parameter || parsed.find(parameter->name) || parsed.parameters.size() == limits::kHeaderParameters)
      return std::nullopt;
    parsed.parameters.push_back(std::move(*parameter));
  }
  return parsed;
}

bool is_media_type(std::string_view text) noexcept {
  const std::string_view type = take_token(text);
  if (type.empty() || !text.starts_with('/')) return false;
  text.remove_prefix(1);
  return is_token(text);
}

bool is_token(std::string_view text) noexcept { return !text.empty() && std::ranges::all_of(text, is_token_character); }

}  // namespace portal::http
