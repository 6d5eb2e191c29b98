#include "features/staff/me.hpp"

#include <algorithm>
#include <string>

#include "auth/render_staff_session.hpp"
#include "auth/session_cookie.hpp"
#include "auth/staff_sessions.hpp"
#include "base/limits.hpp"
#include "edge/services.hpp"
#include "http/query.hpp"
#include "json/plain_text.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "sql/staff.hpp"
#include "sql/staff_users.hpp"

namespace portal::features {
namespace {

constexpr std::int32_t kMaximumSessions = 100;  // as docs/openapi.yaml says

// The outer optional: is it to be changed; the inner: the new value, or none.
using Change = std::optional<std::optional<std::string>>;

struct Form {
  Change first_name;
  Change surname;
  Change language;
  std::optional<bool> work_request_mail;
};

Result<Form> read_form(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  Form form;
  form.first_name = body.nullable_text("first_name", {.maximum = limits::kPersonNameCharacters});
  form.surname = body.nullable_text("surname", {.maximum = limits::kPersonNameCharacters});
  json::require_one_line(body, "first_name", form.first_name);
  json::require_one_line(body, "surname", form.surname);
  form.language = body.nullable_text("language", {.maximum = 2});
  if (form.language && *form.language && **form.language != "en" && **form.language != "es")
    body.add_error("language", "invalid_choice");
  form.work_request_mail = body.optional_boolean("work_request_mail");
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return form;
}

std::optional<std::string_view> value_of(const Change& change) {
  if (!change || !*change) return std::nullopt;
  return std::string_view(**change);
}

std::string render(const pg::Rows& sessions) {
  json::Writer writer(64 + static_cast<std::size_t>(sessions.size()) * 256);
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < sessions.size(); ++index) {
    const auto session = sql::ListStaffSessionsRow::decode(sessions[index]);
    writer.begin_object().id_member("id", session.staff_session_id).member("created_at", session.created_at);
    writer.member("last_used_at", session.last_used_at).member("user_agent", session.user_agent);
    writer.member("current", session.is_current).end_object();
  }
  return writer.end_array().key("next_cursor").null().end_object().take();
}

}  // namespace

Task<Result<http::Response>> update_staff_me(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<Form> form = read_form(context.request.body);
  if (!form) co_return fail(form.error());
  const access::Staff& staff = context.staff;
  std::vector<pg::Query> queries;
  queries.push_back(sql::update_staff_me(staff.account_id, staff.staff_id, form->first_name.has_value(),
                                         value_of(form->first_name), form->surname.has_value(), value_of(form->surname),
                                         form->language.has_value(), value_of(form->language),
                                         form->work_request_mail));
  queries.push_back(sql::load_staff_session(staff.account_id, staff.session_hash));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  if (rows->back().empty()) co_return fail(ErrorCode::kNotSignedIn);
  co_return http::Response::json(auth::render_staff_session(sql::LoadStaffSessionRow::decode(rows->back()[0])));
}

Task<Result<http::Response>> list_staff_sessions(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const access::Staff& staff = context.staff;
  std::vector<pg::Query> queries;
  queries.push_back(sql::list_staff_sessions(staff.account_id, staff.staff_id, staff.session_hash, kMaximumSessions));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return http::Response::json(render(rows->front()));
}

Task<Result<http::Response>> end_own_staff_session(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> session_id = context.path.id(0);
  if (!session_id) co_return fail(session_id.error());
  const access::Staff& staff = context.staff;
  std::vector<pg::Query> queries;
  queries.push_back(sql::end_own_staff_session(staff.account_id, staff.staff_id, *session_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);
  const auto ended = sql::EndOwnStaffSessionRow::decode(rows->front()[0]).session_hash;
  access::SessionHash hash{};
  std::ranges::copy_n(ended.begin(), static_cast<std::ptrdiff_t>(std::min(ended.size(), hash.size())), hash.begin());
  context.services.staff_sessions.forget(hash);
  http::Response response = http::Response::no_content();
  if (hash == staff.session_hash)
    response.cookies.push_back(auth::format_cleared_session_cookie(context.cookies, auth::SessionCookie::kStaff));
  co_return response;
}

}  // namespace portal::features
