#include "features/jobs/render_job.hpp"

#include "base/ids.hpp"
#include "files/media_type.hpp"

namespace portal::features::jobs {
namespace {

// What staff call the main fields is a matter of the contract's words.
std::string_view group_word(std::string_view stored) { return stored == "main" ? "default" : stored; }

void write_files(json::Writer& writer, std::int64_t job_id, std::int64_t field_id, std::span<const File> files) {
  const std::string folder = "/api/v1/jobs/" + format_id(job_id) + "/files/";
  writer.begin_array();
  for (const File& file : files) {
    if (file.field_id != field_id) continue;
    writer.begin_object().id_member("id", file.file_id).member("name", file.name);
    // What the answer with its bytes will say, whatever is stored.
    writer.member("type", files::served_type(file.media_type).media_type);
    writer.member("size", file.bytes).member("url", folder + format_id(file.file_id)).end_object();
  }
  writer.end_array();
}

}  // namespace

RenderedJob render_job(const Summary& job, bool is_tracked, std::span<const Field> fields,
                       std::span<const File> files) {
  RenderedJob rendered;
  json::Writer writer(4096);
  writer.begin_object();
  write_summary_members(writer, job);
  writer.member("tracked", is_tracked);
  writer.key("fields").begin_array();
  for (const Field& field : fields) {
    writer.begin_object().member("key", field.key).member("label", field.label);
    writer.member("group", group_word(field.stored_group)).member("type", word_of(field.type)).key("value");
    if (is_list_of_files(field.type)) {
      write_files(writer, job.job_id, field.field_id, files);
    } else if (!field.value) {
      writer.null();
    } else if (!write_field_value(writer, field.type, *field.value, field.options.value_or(""))) {
      rendered.unfit_fields.push_back(field.field_id);
      writer.null();
    }
    writer.end_object();
  }
  writer.end_array().end_object();
  rendered.body = writer.take();
  return rendered;
}

}  // namespace portal::features::jobs
