#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pg/statement.hpp"

namespace portal::features::documents {

// The schema Document of docs/openapi.yaml. Views point into the rows that it was made from.
struct Document {
  std::int64_t document_id = 0;
  std::string_view name;
  std::string_view media_type;
  std::int64_t bytes = 0;
  pg::Timestamp created_at;
};

// From a row of any statement that has these columns.
template <class Row>
Document describe(const Row& row) {
  return {row.document_id, row.name, row.media_type, row.size_bytes, row.created_at};
}

std::string render_document(const Document& document);
// The schema DocumentList.
std::string render_list(std::span<const Document> documents, const std::optional<std::string>& next_cursor);

}  // namespace portal::features::documents
