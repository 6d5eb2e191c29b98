#include "features/staff_layouts/handlers.hpp"

#include "access/repeatable.hpp"
#include "auth/link_message.hpp"
#include "edge/services.hpp"
#include "features/staff_layouts/form.hpp"
#include "features/staff_layouts/render.hpp"
#include "http/query.hpp"
#include "json/writer.hpp"
#include "sql/activity.hpp"
#include "sql/staff_layouts.hpp"

namespace portal::features::staff_layouts {
namespace {

Texts with_form(Texts texts, const Form& form, const Texts& usual) {
  if (form.email) {
    texts.has_own_email = form.email->has_value();
    texts.subject = *form.email ? std::string_view((*form.email)->subject) : usual.subject;
    texts.html = *form.email ? std::string_view((*form.email)->html) : usual.html;
  }
  if (form.sms) {
    texts.has_own_sms = form.sms->has_value();
    texts.sms = *form.sms ? std::string_view(**form.sms) : usual.sms;
  }
  return texts;
}

pg::Query set_query(std::int64_t account_id, const Form& form) {
  std::optional<std::string_view> subject, html, sms;
  if (form.email && *form.email) subject = (*form.email)->subject;
  if (form.email && *form.email) html = (*form.email)->html;
  if (form.sms && *form.sms) sms = **form.sms;
  return sql::set_invitation_layout(account_id, form.language, form.email.has_value(), subject, html,
                                    form.sms.has_value(), sms);
}

std::string details_of(const TestForm& form) {
  return json::Writer()
      .begin_object()
      .member("language", form.language)
      .member("channel", form.channel)
      .end_object()
      .take();
}

}  // namespace

Task<Result<http::Response>> list_layouts(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::list_invitation_layouts(context.account.id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return http::Response::json(render_layouts(rows->front(), *context.services.layouts));
}

Task<Result<http::Response>> set_layout(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<Form> form = read_form(context.request.body);
  if (!form) co_return fail(form.error());
  std::vector<pg::Query> queries;
  if (form->email || form->sms) queries.push_back(set_query(context.account.id, *form));
  queries.push_back(sql::list_invitation_layouts(context.account.id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return http::Response::json(render_layouts(rows->back(), *context.services.layouts));
}

Task<Result<http::Response>> preview_layout(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<Form> form = read_form(context.request.body);
  if (!form) co_return fail(form.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::list_invitation_layouts(context.account.id));
  queries.push_back(sql::get_layout_values(context.account.id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  if (rows->back().empty()) co_return fail(ErrorCode::kNotFound);
  const layouts::LayoutSet& defaults = *context.services.layouts;
  const Texts texts = with_form(texts_of(rows->front(), defaults, form->language), *form,
                                texts_of(pg::Rows(), defaults, form->language));
  Result<std::string> answer = render_preview(texts, defaults, sql::GetLayoutValuesRow::decode(rows->back()[0]),
                                              context.account.origin, form->language);
  if (!answer) co_return fail(std::move(answer.error()));
  co_return http::Response::json(std::move(*answer));
}

Task<Result<http::Response>> test_layout(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<TestForm> form = read_test(context.request.body);
  if (!form) co_return fail(form.error());
  const std::int64_t account_id = context.account.id;
  const Result<auth::LinkMessage> message =
      auth::seal_notice(account_id, context.account.origin, context.services.keys);
  if (!message) co_return fail(message.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::send_invitation_test(account_id, context.staff.staff_id, message->reference, form->channel,
                                              form->phone, form->language, message->payload.bytes,
                                              message->payload.key_id));
  queries.push_back(sql::record_activity(account_id, "invitation_tested", {}, {}, "portal", {}, details_of(*form)));
  const Result<std::vector<pg::Rows>> rows = co_await access::write_once(
      context, std::move(queries), [](std::optional<std::int64_t>) { return std::vector<pg::Query>(); });
  if (!rows) co_return fail(rows.error());
  http::Response response = http::Response::no_content();
  response.status = http::Status::kAccepted;
  co_return response;
}

}  // namespace portal::features::staff_layouts
