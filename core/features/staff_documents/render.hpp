#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/ids.hpp"
#include "files/media_type.hpp"
#include "json/writer.hpp"
#include "pg/statement.hpp"

namespace portal::features::staff_documents {

// The schema StaffDocument, from a row of any statement that has these columns.
template <class Row>
void write_document(json::Writer& writer, const Row& row) {
  writer.begin_object().id_member("id", row.document_id).key("client").begin_object();
  writer.id_member("id", row.client_id).member("name", row.client_name).end_object();
  writer.member("name", row.name).member("type", files::served_type(row.media_type).media_type);
  writer.member("size", row.size_bytes).member("visible", row.is_visible).key("hidden_from").begin_array();
  for (const std::int64_t membership_id : row.hidden_from) writer.id(membership_id);
  writer.end_array().member("created_at", row.created_at);
  writer.member("url", "/api/v1/staff/documents/" + format_id(row.document_id) + "/content").end_object();
}

template <class Row>
std::string render_document(const Row& row) {
  json::Writer writer(512);
  write_document(writer, row);
  return writer.take();
}

}  // namespace portal::features::staff_documents
