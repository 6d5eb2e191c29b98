// JSON: request bodies are read with jansson under strict limits, responses are written by an appender, and jsonb from
// our own database is scanned in place.
//
// This header: the bodies of requests. An operation declares the members that it takes; everything else is refused
// (SECURITY R27, R41).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/choice.hpp"
#include "base/field_errors.hpp"
#include "base/result.hpp"
#include "base/utf8.hpp"

struct json_t;

namespace portal::json {

class ObjectReader;

// A parsed body; ObjectReaders point into it.
class Document {
 public:
  // The object that the body is; a body that is something else makes every getter answer nothing and finish() fail.
  ObjectReader object();

 private:
  friend Result<Document> parse(std::string_view text);
  struct Release {
    void operator()(json_t* value) const noexcept;
  };
  explicit Document(json_t* root);

  std::unique_ptr<json_t, Release> root_;
  std::unique_ptr<FieldErrors> errors_;
};

// kInvalidJson for what is not JSON within the limits, kPayloadTooLarge above limits::kBodyBytes. The error's pointer
// is "@" and the offset in bytes where reading stopped, its code says why: invalid_syntax, invalid_utf8, duplicate,
// out_of_range, too_deep, too_many_values.
Result<Document> parse(std::string_view text);

// Takes members by name and type and notes what is wrong. A getter without `optional_` notes "required" when the member
// is absent and then answers an empty value, which nobody sees because finish() fails. `null` is a wrong type unless
// the getter is `nullable_`. Usage:
//
//   auto document = json::parse(request.body);
//   if (!document) return fail(document.error());
//   json::ObjectReader body = document->object();
//   std::string email = body.text("email", {.maximum = 254});
//   if (auto valid = body.finish(); !valid) return fail(valid.error());
class ObjectReader {
 public:
  std::string text(std::string_view name, TextLength length);
  std::optional<std::string> optional_text(std::string_view name, TextLength length);
  // The outer optional: was it there; the inner: null or a text.
  std::optional<std::optional<std::string>> nullable_text(std::string_view name, TextLength length);

  std::int64_t integer(std::string_view name, std::int64_t minimum, std::int64_t maximum);
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t minimum, std::int64_t maximum);
  bool boolean(std::string_view name);
  std::optional<bool> optional_boolean(std::string_view name);
  // A list of objects; what is no object is noted and left out. Finish each before this one.
  std::vector<ObjectReader> optional_objects(std::string_view name, std::size_t maximum);
  // Ids travel as strings.
  std::int64_t id(std::string_view name);
  std::optional<std::int64_t> optional_id(std::string_view name);
  // A list in which no id stands twice; what is wrong with one is noted at its place ("/visible/3").
  std::vector<std::int64_t> ids(std::string_view name, std::size_t maximum);
  std::optional<std::vector<std::int64_t>> optional_ids(std::string_view name, std::size_t maximum);

  template <class Choices>
  ChoiceValue<Choices> choice(std::string_view name, const Choices& choices) {
    const std::optional<std::string_view> word = take_word(name, Presence::kRequired);
    return word ? match(pointer_to(name), choices, *word).value_or(ChoiceValue<Choices>{}) : ChoiceValue<Choices>{};
  }
  template <class Choices>
  std::optional<ChoiceValue<Choices>> optional_choice(std::string_view name, const Choices& choices) {
    const std::optional<std::string_view> word = take_word(name, Presence::kOptional);
    return word ? match(pointer_to(name), choices, *word) : std::nullopt;
  }
  // A list in which no word stands twice.
  template <class Choices>
  std::vector<ChoiceValue<Choices>> choices(std::string_view name, const Choices& choices) {
    return take_choices(name, choices, Presence::kRequired).value_or(std::vector<ChoiceValue<Choices>>());
  }
  template <class Choices>
  std::optional<std::vector<ChoiceValue<Choices>>> optional_choices(std::string_view name, const Choices& choices) {
    return take_choices(name, choices, Presence::kOptional);
  }

  // An object inside this one: finish it before this one. Absent or of another type: all its getters answer nothing and
  // note no more.
  ObjectReader object(std::string_view name);
  std::optional<ObjectReader> optional_object(std::string_view name);
  // The outer optional: was it there; the inner: null or an object.
  std::optional<std::optional<ObjectReader>> nullable_object(std::string_view name);

  // For what the caller finds wrong on its own.
  void add_error(std::string_view name, std::string_view code);
  // In a text of several lines; line and column count from 1. No name of a client has "~@" in it: it would be escaped.
  void add_error_at(std::string_view name, std::string_view code, std::int32_t line, std::int32_t column);

  // Notes the members that nobody asked for; fails when anything in the whole document was wrong so far.
  Result<void> finish();

  // A list of texts in which none stands twice.
  std::optional<std::vector<std::string>> optional_texts(std::string_view name, std::size_t maximum, TextLength length);
  double number(std::string_view name, double minimum, double maximum);
  std::optional<double> optional_number(std::string_view name, double minimum, double maximum);
  // For values that the caller looks for in the text itself: whether it is there, and is an object or a list.
  bool has_object(std::string_view name);
  bool has_list(std::string_view name);

  // Where null means the same as nothing: takes such members out.
  void drop_nulls();
  // Nobody cares what else is there.
  void take_all();
  void add_error_below(std::string_view name, std::string_view member, std::string_view code);  // /name/member

 private:
  friend class Document;
  enum class Presence : bool { kRequired, kOptional };
  ObjectReader(json_t* object, std::string pointer, FieldErrors* errors);
  std::string pointer_to(std::string_view name) const;
  json_t* take(std::string_view name, Presence presence);
  std::optional<std::string> take_text(std::string_view name, TextLength length, Presence presence);
  std::optional<double> take_number(std::string_view name, double minimum, double maximum, Presence presence);
  std::optional<std::int64_t> take_integer(std::string_view name, std::int64_t minimum, std::int64_t maximum,
                                           Presence presence);
  std::optional<bool> take_boolean(std::string_view name, Presence presence);
  std::optional<std::int64_t> take_id(std::string_view name, Presence presence);
  std::optional<std::string_view> take_word(std::string_view name, Presence presence);
  std::optional<std::vector<std::string_view>> take_words(std::string_view name, std::size_t maximum,
                                                          Presence presence);
  std::optional<std::vector<std::int64_t>> take_ids(std::string_view name, std::size_t maximum, Presence presence);
  std::optional<std::string> check_text(const json_t* value, std::string_view name, TextLength length);
  template <class Choices>
  std::optional<std::vector<ChoiceValue<Choices>>> take_choices(std::string_view name, const Choices& choices,
                                                                Presence presence) {
    const std::optional<std::vector<std::string_view>> words = take_words(name, std::ranges::size(choices), presence);
    if (!words) return std::nullopt;
    std::vector<ChoiceValue<Choices>> values;
    for (std::size_t index = 0; index < words->size(); ++index) {
      const auto value = match(append_pointer(pointer_to(name), std::to_string(index)), choices, (*words)[index]);
      if (value) values.push_back(*value);
    }
    return values;
  }
  template <class Choices>
  std::optional<ChoiceValue<Choices>> match(std::string pointer, const Choices& choices, std::string_view word) {
    const auto value = find_choice(choices, word);
    if (!value) errors_->add(std::move(pointer), "invalid_choice");
    return value;
  }

  json_t* object_;  // null: absent or not an object, already noted
  std::string pointer_;
  FieldErrors* errors_;
  std::vector<std::string> taken_;
  bool takes_all_ = false;
};

}  // namespace portal::json
