#include "http/query.hpp"

#include <algorithm>
#include <charconv>

#include "base/ids.hpp"
#include "base/limits.hpp"

namespace portal::http {
namespace {

std::optional<unsigned> hex_digit(char character) {
  if (character >= '0' && character <= '9') return static_cast<unsigned>(character - '0');
  if (character >= 'a' && character <= 'f') return static_cast<unsigned>(character - 'a' + 10);
  if (character >= 'A' && character <= 'F') return static_cast<unsigned>(character - 'A' + 10);
  return std::nullopt;
}

std::string pointer_to(std::string_view name) { return append_pointer("/query", name); }

std::unexpected<Error> refuse(ErrorCode code, std::string pointer, std::string field_code) {
  Error error = Error::of(code);
  error.fields.push_back({std::move(pointer), std::move(field_code)});
  return fail(std::move(error));
}

}  // namespace

std::optional<std::string> decode_query_component(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+') {
      decoded += ' ';
    } else if (text[at] == '%') {
      if (text.size() - at < 3) return std::nullopt;
      const std::optional<unsigned> high = hex_digit(text[at + 1]);
      const std::optional<unsigned> low = hex_digit(text[at + 2]);
      if (!high || !low) return std::nullopt;
      decoded += static_cast<char>(*high * 16 + *low);
      at += 2;
    } else {
      decoded += text[at];
    }
  }
  if (!is_valid_text(decoded)) return std::nullopt;
  return decoded;
}

Result<QueryReader> QueryReader::parse(std::string_view query) {
  if (query.size() > limits::kQueryBytes) return fail(ErrorCode::kUriTooLong);
  QueryReader reader;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    std::optional<std::string> name = decode_query_component(pair.substr(0, equals));
    if (!name) return refuse(ErrorCode::kInvalidRequest, "/query", "invalid_text");
    std::optional<std::string> value =
        equals == std::string_view::npos ? std::string() : decode_query_component(pair.substr(equals + 1));
    if (!value) return refuse(ErrorCode::kInvalidField, pointer_to(*name), "invalid_text");
    if (reader.find(*name) != nullptr) {
      return refuse(ErrorCode::kInvalidField, pointer_to(*name), "duplicate");
    }
    if (reader.parameters_.size() == limits::kQueryParameters)
      return refuse(ErrorCode::kInvalidRequest, "/query", "too_long");
    reader.parameters_.push_back({std::move(*name), std::move(*value)});
  }
  return reader;
}

QueryReader::Parameter* QueryReader::find(std::string_view name) {
  const auto found = std::ranges::find(parameters_, name, &Parameter::name);
  return found == parameters_.end() ? nullptr : &*found;
}

const std::string* QueryReader::take(std::string_view name) {
  Parameter* parameter = find(name);
  if (parameter == nullptr) return nullptr;
  parameter->taken = true;
  return &parameter->value;
}

std::optional<std::string> QueryReader::text(std::string_view name, TextLength length) {
  const std::string* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (const std::string_view fault = find_text_fault(*value, length); !fault.empty()) {
    add_error(name, fault);
    return std::nullopt;
  }
  return *value;
}

std::optional<std::int64_t> QueryReader::integer(std::string_view name, std::int64_t minimum, std::int64_t maximum) {
  const std::string* value = take(name);
  if (value == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const char* last = value->data() + value->size();
  const auto [end, fault] = std::from_chars(value->data(), last, number);
  if (end != last || fault == std::errc::invalid_argument) {
    add_error(name, "invalid_type");
    return std::nullopt;
  }
  if (fault != std::errc() || number < minimum || number > maximum) {
    add_error(name, "out_of_range");
    return std::nullopt;
  }
  return number;
}

std::optional<std::int64_t> QueryReader::id(std::string_view name) {
  const std::string* value = take(name);
  if (value == nullptr) return std::nullopt;
  const std::optional<std::int64_t> id = parse_id(*value);
  if (!id) add_error(name, "invalid_id");
  return id;
}

std::optional<Date> QueryReader::date(std::string_view name) {
  const std::string* value = take(name);
  if (value == nullptr) return std::nullopt;
  const std::optional<Date> date = parse_date(*value);
  if (!date) add_error(name, "invalid_date");
  return date;
}

std::optional<bool> QueryReader::boolean(std::string_view name) {
  constexpr Choice<bool> kWords[] = {{"true", true}, {"false", false}};
  return choice(name, kWords);
}

void QueryReader::add_error(std::string_view name, std::string_view code) { errors_.add(pointer_to(name), code); }

Result<void> QueryReader::finish() {
  ErrorCode code = ErrorCode::kInvalidField;
  for (const Parameter& parameter : parameters_) {
    if (parameter.taken) continue;
    code = ErrorCode::kUnknownParameter;
    add_error(parameter.name, "unknown_field");
  }
  return errors_.result(code);
}

Result<void> require_no_parameters(std::string_view query) {
  Result<QueryReader> reader = QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  return reader->finish();
}

}  // namespace portal::http
