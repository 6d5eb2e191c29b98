#include "features/staff_portal/visibility.hpp"

#include <optional>

#include "base/field_errors.hpp"
#include "features/staff_portal/render.hpp"
#include "http/query.hpp"
#include "json/reader.hpp"
#include "sql/staff_portal.hpp"

namespace portal::features::staff_portal {
namespace {

using Ids = std::vector<std::int64_t>;

// As docs/openapi.yaml says, of templates and of fields, in a request and in a list.
constexpr std::size_t kChoices = 1000;
constexpr auto kRows = static_cast<std::int32_t>(kChoices);

Result<Ids> read_visible(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  Ids ids = body.ids("visible", kChoices);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return ids;
}

struct Selection {
  std::optional<Ids> templates;
  std::optional<Ids> fields;
};

Result<Selection> read_selection(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  Selection selection;
  selection.templates = body.optional_ids("templates", kChoices);
  selection.fields = body.optional_ids("fields", kChoices);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return selection;
}

std::string pointer_to(std::string_view list, std::int64_t place) {
  return append_pointer(append_pointer({}, list), std::to_string(place));
}

void note_unknown_templates(FieldErrors& errors, std::string_view list, const pg::Rows& rows) {
  for (int index = 0; index < rows.size(); ++index)
    errors.add(pointer_to(list, sql::FindUnknownTemplatesRow::decode(rows[index]).place), "unknown_id");
}

void note_refused_fields(FieldErrors& errors, std::string_view list, const pg::Rows& rows) {
  for (int index = 0; index < rows.size(); ++index) {
    const auto row = sql::FindRefusedFieldsRow::decode(rows[index]);
    errors.add(pointer_to(list, row.place), row.is_known ? "not_in_a_template" : "unknown_id");
  }
}

std::optional<std::span<const std::int64_t>> view(const std::optional<Ids>& ids) {
  return ids.transform([](const Ids& list) { return std::span<const std::int64_t>(list); });
}

}  // namespace

Task<Result<http::Response>> list_templates(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::list_staff_templates(context.account.id, kRows));
  // It counts the account's jobs.
  const Result<std::vector<pg::Rows>> rows = co_await context.database.search(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return http::Response::json(render_templates(rows->front()));
}

Task<Result<http::Response>> set_templates(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<Ids> ids = read_visible(context.request.body);
  if (!ids) co_return fail(ids.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::lock_portal(context.account.id));
  queries.push_back(sql::find_unknown_templates(context.account.id, *ids));
  queries.push_back(sql::set_visible_templates(context.account.id, *ids));
  queries.push_back(sql::list_staff_templates(context.account.id, kRows));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  if (rows->front().empty()) co_return fail(ErrorCode::kNoPortal);
  FieldErrors errors;
  note_unknown_templates(errors, "visible", (*rows)[1]);
  if (Result<void> valid = errors.result(); !valid) co_return fail(std::move(valid.error()));
  co_return http::Response::json(render_templates(rows->back()));
}

Task<Result<http::Response>> list_fields(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::list_staff_fields(context.account.id, kRows));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return http::Response::json(render_fields(rows->front()));
}

Task<Result<http::Response>> set_fields(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<Ids> ids = read_visible(context.request.body);
  if (!ids) co_return fail(ids.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::lock_portal(context.account.id));
  queries.push_back(sql::find_refused_fields(context.account.id, *ids));
  queries.push_back(sql::set_visible_fields(context.account.id, *ids));
  queries.push_back(sql::list_staff_fields(context.account.id, kRows));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  if (rows->front().empty()) co_return fail(ErrorCode::kNoPortal);
  FieldErrors errors;
  note_refused_fields(errors, "visible", (*rows)[1]);
  if (Result<void> valid = errors.result(); !valid) co_return fail(std::move(valid.error()));
  co_return http::Response::json(render_fields(rows->back()));
}

Task<Result<http::Response>> preview_visibility(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<Selection> selection = read_selection(context.request.body);
  if (!selection) co_return fail(selection.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::find_unknown_templates(context.account.id, selection->templates.value_or(Ids())));
  queries.push_back(sql::find_refused_fields(context.account.id, selection->fields.value_or(Ids())));
  queries.push_back(sql::preview_visibility(context.account.id, view(selection->templates), view(selection->fields)));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.search(std::move(queries));
  if (!rows) co_return fail(rows.error());
  FieldErrors errors;
  note_unknown_templates(errors, "templates", rows->front());
  note_refused_fields(errors, "fields", (*rows)[1]);
  if (Result<void> valid = errors.result(); !valid) co_return fail(std::move(valid.error()));
  co_return http::Response::json(render_preview(sql::PreviewVisibilityRow::decode(rows->back()[0])));
}

}  // namespace portal::features::staff_portal
