// The value of one job field, from the jsonb where staff's systems put it into the answer, by the field's type. What
// does not fit its type is refused here and not passed on: the pages rely on the shapes of docs/openapi.yaml.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "json/writer.hpp"

namespace portal::features {

enum class FieldType : std::uint8_t {
  kText,
  kYesNo,
  kInteger,
  kNumber,
  kMoney,
  kPickList,
  kDate,
  kTime,
  kDatetime,
  kLink,
  kPhoto,
  kFile,
  kSignature,
};

// The word of the column job_field.type, which is also the API's; nullopt for one that this version does not know.
std::optional<FieldType> parse_field_type(std::string_view word) noexcept;
std::string_view word_of(FieldType type) noexcept;

// Photos, files and signatures: their entries stand in job_file, not among the values.
constexpr bool is_list_of_files(FieldType type) noexcept { return type >= FieldType::kPhoto; }

// Writes one value: `stored` as the API shows it, or null when it is the JSON null. False, and nothing written, when
// `stored` does not fit the type. `options` is the field's list of choices, [{"id", "label"}], needed by pick lists.
bool write_field_value(json::Writer& writer, FieldType type, std::string_view stored, std::string_view options);

}  // namespace portal::features
