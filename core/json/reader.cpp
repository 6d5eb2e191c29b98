#include "json/reader.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <unordered_set>

#include <jansson.h>

#include "base/ids.hpp"
#include "base/limits.hpp"

namespace portal::json {
namespace {

std::unexpected<Error> refuse(std::size_t offset, std::string code) {
  Error error = Error::of(ErrorCode::kInvalidJson);
  error.fields.push_back({"@" + std::to_string(offset), std::move(code)});
  return fail(std::move(error));
}

// jansson recurses and allocates as the text tells it to; the text is measured before. Whether it is JSON does not
// matter here: a text in which this loses its way is refused by the parser.
Result<void> check_shape(std::string_view text) {
  std::size_t depth = 0;
  std::size_t values = 1;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char character = text[at];
    if (in_string) {
      if (character == '\\') {
        ++at;
      } else if (character == '"') {
        in_string = false;
      }
    } else if (character == '"') {
      in_string = true;
    } else if (character == '{' || character == '[') {
      if (++depth > limits::kJsonDepth) return refuse(at, "too_deep");
      ++values;
    } else if (character == '}' || character == ']') {
      depth -= std::min<std::size_t>(depth, 1);
    } else if (character == ',') {
      ++values;
    }
    if (values > limits::kJsonValues) return refuse(at, "too_many_values");
  }
  return {};
}

std::string code_of(const json_error_t& error) {
  switch (json_error_code(&error)) {
    case json_error_duplicate_key:
      return "duplicate";
    case json_error_numeric_overflow:
      return "out_of_range";
    case json_error_null_character:
    case json_error_null_byte_in_key:
    case json_error_invalid_utf8:
      return "invalid_text";
    default:
      return "invalid_syntax";
  }
}

// jansson goes on when memory for the rest of a text was refused, and takes the half for the whole. So what is refused
// is noted while it works.
thread_local bool memory_refused = false;

void* allocate(std::size_t bytes) {
  void* memory = std::malloc(bytes);
  memory_refused = memory_refused || !memory;
  return memory;
}

json_t* load(std::string_view text, json_error_t* error) {
  static const bool kIsSet = (json_set_alloc_funcs(allocate, std::free), true);
  memory_refused = !kIsSet;
  json_t* root = json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, error);
  if (!memory_refused) return root;
  json_decref(root);
  throw std::bad_alloc();
}

std::string_view text_of(const json_t* value) { return {json_string_value(value), json_string_length(value)}; }

}  // namespace

void Document::Release::operator()(json_t* value) const noexcept { json_decref(value); }

Document::Document(json_t* root) : root_(root), errors_(std::make_unique<FieldErrors>()) {}

ObjectReader Document::object() {
  if (json_is_object(root_.get())) return {root_.get(), {}, errors_.get()};
  errors_->add({}, "invalid_type");
  return {nullptr, {}, errors_.get()};
}

Result<Document> parse(std::string_view text) {
  if (text.size() > limits::kBodyBytes) return fail(ErrorCode::kPayloadTooLarge);
  if (const std::size_t valid = count_valid_bytes(text); valid != text.size()) return refuse(valid, "invalid_text");
  if (auto shape = check_shape(text); !shape) return fail(std::move(shape.error()));
  json_error_t error;
  json_t* root = load(text, &error);
  if (root == nullptr) {
    return refuse(static_cast<std::size_t>(std::max(error.position, 0)), code_of(error));
  }
  return Document(root);
}

ObjectReader::ObjectReader(json_t* object, std::string pointer, FieldErrors* errors)
    : object_(object), pointer_(std::move(pointer)), errors_(errors) {}

std::string ObjectReader::pointer_to(std::string_view name) const { return append_pointer(pointer_, name); }

void ObjectReader::add_error(std::string_view name, std::string_view code) { errors_->add(pointer_to(name), code); }

void ObjectReader::add_error_at(std::string_view name, std::string_view code, std::int32_t line, std::int32_t column) {
  errors_->add(pointer_to(name) + "~@" + std::to_string(line) + ":" + std::to_string(column), code);
}

json_t* ObjectReader::take(std::string_view name, Presence presence) {
  if (object_ == nullptr) return nullptr;
  taken_.emplace_back(name);
  json_t* value = json_object_getn(object_, name.data(), name.size());
  if (value == nullptr && presence == Presence::kRequired) add_error(name, "required");
  return value;
}

std::optional<std::string> ObjectReader::check_text(const json_t* value, std::string_view name, TextLength length) {
  if (!json_is_string(value)) {
    add_error(name, "invalid_type");
    return std::nullopt;
  }
  if (const std::string_view fault = find_text_fault(text_of(value), length); !fault.empty()) {
    add_error(name, fault);
    return std::nullopt;
  }
  return std::string(text_of(value));
}

std::optional<std::string> ObjectReader::take_text(std::string_view name, TextLength length, Presence presence) {
  const json_t* value = take(name, presence);
  return value == nullptr ? std::nullopt : check_text(value, name, length);
}

std::string ObjectReader::text(std::string_view name, TextLength length) {
  return take_text(name, length, Presence::kRequired).value_or(std::string());
}

std::optional<std::string> ObjectReader::optional_text(std::string_view name, TextLength length) {
  return take_text(name, length, Presence::kOptional);
}

std::optional<std::optional<std::string>> ObjectReader::nullable_text(std::string_view name, TextLength length) {
  const json_t* value = take(name, Presence::kOptional);
  if (value == nullptr) return std::nullopt;
  if (json_is_null(value)) return std::optional<std::string>();
  return check_text(value, name, length);
}

std::optional<std::int64_t> ObjectReader::take_integer(std::string_view name, std::int64_t minimum,
                                                       std::int64_t maximum, Presence presence) {
  const json_t* value = take(name, presence);
  if (value == nullptr) return std::nullopt;
  if (!json_is_integer(value)) {
    add_error(name, "invalid_type");
    return std::nullopt;
  }
  const std::int64_t number = json_integer_value(value);
  if (number < minimum || number > maximum) {
    add_error(name, "out_of_range");
    return std::nullopt;
  }
  return number;
}

std::int64_t ObjectReader::integer(std::string_view name, std::int64_t minimum, std::int64_t maximum) {
  return take_integer(name, minimum, maximum, Presence::kRequired).value_or(0);
}

std::optional<std::int64_t> ObjectReader::optional_integer(std::string_view name, std::int64_t minimum,
                                                           std::int64_t maximum) {
  return take_integer(name, minimum, maximum, Presence::kOptional);
}

std::optional<bool> ObjectReader::take_boolean(std::string_view name, Presence presence) {
  const json_t* value = take(name, presence);
  if (value == nullptr) return std::nullopt;
  if (!json_is_boolean(value)) {
    add_error(name, "invalid_type");
    return std::nullopt;
  }
  return json_is_true(value);
}

bool ObjectReader::boolean(std::string_view name) { return take_boolean(name, Presence::kRequired).value_or(false); }

std::optional<bool> ObjectReader::optional_boolean(std::string_view name) {
  return take_boolean(name, Presence::kOptional);
}

std::vector<ObjectReader> ObjectReader::optional_objects(std::string_view name, std::size_t maximum) {
  std::vector<ObjectReader> objects;
  const json_t* list = take(name, Presence::kOptional);
  if (list == nullptr) return objects;
  if (!json_is_array(list) || json_array_size(list) > maximum) {
    add_error(name, json_is_array(list) ? "too_long" : "invalid_type");
    return objects;
  }
  for (std::size_t index = 0; index < json_array_size(list); ++index) {
    json_t* value = json_array_get(list, index);
    std::string pointer = append_pointer(pointer_to(name), std::to_string(index));
    if (json_is_object(value)) {
      objects.push_back(ObjectReader(value, std::move(pointer), errors_));
    } else {
      errors_->add(std::move(pointer), "invalid_type");
    }
  }
  return objects;
}

std::optional<std::int64_t> ObjectReader::take_id(std::string_view name, Presence presence) {
  const std::optional<std::string_view> word = take_word(name, presence);
  if (!word) return std::nullopt;
  const std::optional<std::int64_t> id = parse_id(*word);
  if (!id) add_error(name, "invalid_id");
  return id;
}

std::int64_t ObjectReader::id(std::string_view name) { return take_id(name, Presence::kRequired).value_or(0); }

std::optional<std::int64_t> ObjectReader::optional_id(std::string_view name) {
  return take_id(name, Presence::kOptional);
}

std::optional<std::string_view> ObjectReader::take_word(std::string_view name, Presence presence) {
  const json_t* value = take(name, presence);
  if (value == nullptr) return std::nullopt;
  if (!json_is_string(value)) {
    add_error(name, "invalid_type");
    return std::nullopt;
  }
  return text_of(value);
}

std::optional<std::vector<std::string_view>> ObjectReader::take_words(std::string_view name, std::size_t maximum,
                                                                      Presence presence) {
  const json_t* list = take(name, presence);
  if (list == nullptr) return std::nullopt;
  if (!json_is_array(list)) {
    add_error(name, "invalid_type");
    return std::nullopt;
  }
  if (json_array_size(list) > maximum) {
    add_error(name, "too_long");
    return std::nullopt;
  }
  std::vector<std::string_view> words;
  std::unordered_set<std::string_view> seen;
  for (std::size_t index = 0; index < json_array_size(list); ++index) {
    const json_t* value = json_array_get(list, index);
    const std::string pointer = append_pointer(pointer_to(name), std::to_string(index));
    if (!json_is_string(value)) {
      errors_->add(pointer, "invalid_type");
      return std::nullopt;
    }
    if (!seen.insert(text_of(value)).second) {
      errors_->add(pointer, "duplicate");
      return std::nullopt;
    }
    words.push_back(text_of(value));
  }
  return words;
}

std::optional<std::vector<std::int64_t>> ObjectReader::take_ids(std::string_view name, std::size_t maximum,
                                                                Presence presence) {
  const std::optional<std::vector<std::string_view>> words = take_words(name, maximum, presence);
  if (!words) return std::nullopt;
  std::vector<std::int64_t> ids;
  ids.reserve(words->size());
  for (std::size_t index = 0; index < words->size(); ++index) {
    if (const std::optional<std::int64_t> id = parse_id((*words)[index])) {
      ids.push_back(*id);
    } else {
      errors_->add(append_pointer(pointer_to(name), std::to_string(index)), "invalid_id");
    }
  }
  return ids;
}

std::vector<std::int64_t> ObjectReader::ids(std::string_view name, std::size_t maximum) {
  return take_ids(name, maximum, Presence::kRequired).value_or(std::vector<std::int64_t>());
}

std::optional<std::vector<std::int64_t>> ObjectReader::optional_ids(std::string_view name, std::size_t maximum) {
  return take_ids(name, maximum, Presence::kOptional);
}

ObjectReader ObjectReader::object(std::string_view name) {
  json_t* value = take(name, Presence::kRequired);
  if (value != nullptr && !json_is_object(value)) {
    add_error(name, "invalid_type");
    value = nullptr;
  }
  return {value, pointer_to(name), errors_};
}

std::optional<ObjectReader> ObjectReader::optional_object(std::string_view name) {
  if (object_ == nullptr || json_object_getn(object_, name.data(), name.size()) == nullptr) {
    take(name, Presence::kOptional);
    return std::nullopt;
  }
  return object(name);
}

std::optional<std::optional<ObjectReader>> ObjectReader::nullable_object(std::string_view name) {
  const json_t* value = take(name, Presence::kOptional);
  if (value == nullptr) return std::nullopt;
  if (json_is_null(value)) return std::optional<ObjectReader>();
  return object(name);
}

Result<void> ObjectReader::finish() {
  if (takes_all_) return errors_->result();
  const char* key = nullptr;
  std::size_t length = 0;
  json_t* value = nullptr;
  json_object_keylen_foreach(object_, key, length, value) {
    const std::string_view name(key, length);
    if (std::ranges::find(taken_, name) == taken_.end()) add_error(name, "unknown_field");
  }
  return errors_->result();
}

void ObjectReader::add_error_below(std::string_view name, std::string_view member, std::string_view code) {
  errors_->add(append_pointer(pointer_to(name), member), code);
}

std::optional<std::vector<std::string>> ObjectReader::optional_texts(std::string_view name, std::size_t maximum,
                                                                     TextLength length) {
  const std::optional<std::vector<std::string_view>> words = take_words(name, maximum, Presence::kOptional);
  if (!words) return std::nullopt;
  std::vector<std::string> texts;
  for (const std::string_view word : *words) {
    if (const std::string_view fault = find_text_fault(word, length); !fault.empty())
      errors_->add(append_pointer(pointer_to(name), std::to_string(texts.size())), fault);
    texts.emplace_back(word);
  }
  return texts;
}

std::optional<double> ObjectReader::take_number(std::string_view name, double minimum, double maximum,
                                                Presence presence) {
  const json_t* value = take(name, presence);
  if (value == nullptr) return std::nullopt;
  if (!json_is_number(value)) {
    add_error(name, "invalid_type");
    return std::nullopt;
  }
  const double number = json_number_value(value);
  if (number >= minimum && number <= maximum) return number;
  add_error(name, "out_of_range");
  return std::nullopt;
}

double ObjectReader::number(std::string_view name, double minimum, double maximum) {
  return take_number(name, minimum, maximum, Presence::kRequired).value_or(0);
}

std::optional<double> ObjectReader::optional_number(std::string_view name, double minimum, double maximum) {
  return take_number(name, minimum, maximum, Presence::kOptional);
}

bool ObjectReader::has_object(std::string_view name) {
  const json_t* value = take(name, Presence::kOptional);
  if (value != nullptr && !json_is_object(value)) add_error(name, "invalid_type");
  return json_is_object(value);
}

bool ObjectReader::has_list(std::string_view name) {
  const json_t* value = take(name, Presence::kOptional);
  if (value != nullptr && !json_is_array(value)) add_error(name, "invalid_type");
  return json_is_array(value);
}

void ObjectReader::drop_nulls() {
  const char* key = nullptr;
  std::size_t length = 0;
  void* next = nullptr;
  json_t* value = nullptr;
  json_object_keylen_foreach_safe(object_, next, key, length, value) {
    if (json_is_null(value)) json_object_deln(object_, key, length);
  }
}

void ObjectReader::take_all() { takes_all_ = true; }

}  // namespace portal::json
