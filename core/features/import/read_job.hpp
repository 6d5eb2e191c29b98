#pragma once

#include <string_view>

#include "features/import/field_table.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace portal::features::import {

// A line about a job; values of its fields are checked against `fields` and passed on as they stand in `text`.
void read_job(json::ObjectReader& line, std::string_view text, const FieldTable& fields, json::Writer& row);

}  // namespace portal::features::import
