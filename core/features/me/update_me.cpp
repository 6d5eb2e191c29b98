#include "features/me/update_me.hpp"

#include <string>

#include "auth/render_session.hpp"
#include "base/limits.hpp"
#include "http/query.hpp"
#include "json/plain_text.hpp"
#include "json/reader.hpp"
#include "sql/auth.hpp"
#include "sql/me.hpp"

namespace portal::features {
namespace {

// The outer optional: is it to be changed; the inner: the new value, or none.
using Change = std::optional<std::optional<std::string>>;

struct Form {
  Change first_name;
  Change surname;
  Change language;
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
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return form;
}

std::optional<std::string_view> value_of(const Change& change) {
  if (!change || !*change) return std::nullopt;
  return std::string_view(**change);
}

}  // namespace

Task<Result<http::Response>> update_me(edge::MemberContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<Form> form = read_form(context.request.body);
  if (!form) co_return fail(form.error());
  const access::Member& member = context.member;
  std::vector<pg::Query> queries;
  queries.push_back(sql::update_me(member.account_id, member.member_id, form->first_name.has_value(),
                                   value_of(form->first_name), form->surname.has_value(), value_of(form->surname),
                                   form->language.has_value(), value_of(form->language)));
  queries.push_back(sql::load_session(member.account_id, member.session_hash));
  queries.push_back(sql::list_memberships(member.account_id, member.member_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  if ((*rows)[1].empty()) co_return fail(ErrorCode::kNotSignedIn);
  const sql::LoadSessionRow row = sql::LoadSessionRow::decode((*rows)[1][0]);
  co_return http::Response::json(auth::render_session(row, member.permissions, rows->back()));
}

}  // namespace portal::features
