#include "features/documents/render.hpp"

#include "base/ids.hpp"
#include "files/media_type.hpp"
#include "json/writer.hpp"

namespace portal::features::documents {
namespace {

void write_document(json::Writer& writer, const Document& document) {
  writer.begin_object().id_member("id", document.document_id).member("name", document.name);
  // What the answer with its bytes will say, whatever is stored.
  writer.member("type", files::served_type(document.media_type).media_type).member("size", document.bytes);
  writer.member("created_at", document.created_at);
  writer.member("url", "/api/v1/documents/" + format_id(document.document_id) + "/content").end_object();
}

}  // namespace

std::string render_document(const Document& document) {
  json::Writer writer(512);
  write_document(writer, document);
  return writer.take();
}

std::string render_list(std::span<const Document> documents, const std::optional<std::string>& next_cursor) {
  json::Writer writer(128 + documents.size() * 200);
  writer.begin_object().key("items").begin_array();
  for (const Document& document : documents) write_document(writer, document);
  return writer.end_array().member("next_cursor", next_cursor).end_object().take();
}

}  // namespace portal::features::documents
