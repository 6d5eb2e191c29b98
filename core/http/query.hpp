// The query string of a request: decoded once, each parameter taken by name and type, everything that is left over
// refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/choice.hpp"
#include "base/field_errors.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"

namespace portal::http {

// "%41" and "+" undone (application/x-www-form-urlencoded); nullopt for a broken escape and for what is not valid text.
std::optional<std::string> decode_query_component(std::string_view text);

// Getters answer nullopt when the parameter is absent or wrong; finish() tells which. Usage:
//
//   auto query = QueryReader::parse(request.query);
//   if (!query) return fail(query.error());
//   list.limit = query->integer("limit", 1, 100).value_or(20);
//   if (auto valid = query->finish(); !valid) return fail(valid.error());
class QueryReader {
 public:
  // Refuses broken escapes, names that stand twice, and more than the limits allow.
  static Result<QueryReader> parse(std::string_view query);

  std::optional<std::string> text(std::string_view name, TextLength length);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t minimum, std::int64_t maximum);
  std::optional<std::int64_t> id(std::string_view name);
  std::optional<Date> date(std::string_view name);
  std::optional<bool> boolean(std::string_view name);  // "true" or "false"
  template <class Choices>
  std::optional<ChoiceValue<Choices>> choice(std::string_view name, const Choices& choices) {
    const std::string* word = take(name);
    if (word == nullptr) return std::nullopt;
    const auto value = find_choice(choices, *word);
    if (!value) add_error(name, "invalid_choice");
    return value;
  }

  // For what the caller finds wrong on its own, such as `to` before `from`.
  void add_error(std::string_view name, std::string_view code);

  // kUnknownParameter when parameters are left that nobody asked for, else kInvalidField when any was wrong.
  Result<void> finish();

 private:
  struct Parameter {
    std::string name;
    std::string value;
    bool taken = false;
  };
  Parameter* find(std::string_view name);
  const std::string* take(std::string_view name);

  std::vector<Parameter> parameters_;
  FieldErrors errors_;
};

// For operations that have no parameters: kUnknownParameter when there are some.
Result<void> require_no_parameters(std::string_view query);

}  // namespace portal::http
