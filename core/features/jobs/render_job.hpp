#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "features/field_value.hpp"
#include "features/jobs/summary.hpp"

namespace portal::features::jobs {

// A visible field of one job. Views point into the rows.
struct Field {
  std::int64_t field_id = 0;
  std::string_view key;
  std::string_view label;
  std::string_view stored_group;  // main, custom, report
  FieldType type = FieldType::kText;
  std::optional<std::string_view> options;
  std::optional<std::string_view> value;  // JSON; absent: nothing filled in
};

// An entry of a field of photos, files or signatures.
struct File {
  std::int64_t file_id = 0;
  std::int64_t field_id = 0;
  std::string_view name;
  std::string_view media_type;
  std::int64_t bytes = 0;
};

struct RenderedJob {
  std::string body;                        // the schema Job of docs/openapi.yaml
  std::vector<std::int64_t> unfit_fields;  // whose values did not fit their types and were left out
};

// Tracked: the position of whoever is on the way may be asked for.
RenderedJob render_job(const Summary& job, bool is_tracked, std::span<const Field> fields, std::span<const File> files);

}  // namespace portal::features::jobs
