#include "features/staff_view/routes.hpp"

#include <array>

#include "access/repeatable.hpp"
#include "http/query.hpp"
#include "json/plain_text.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "sql/staff_view.hpp"

namespace portal::features {
namespace {

Result<std::string> read_reason(std::string_view text) {
  constexpr std::size_t kShortest = 3, kLongest = 500;  // characters, as the column
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  std::string reason = body.text("reason", {.minimum = kShortest, .maximum = kLongest});
  json::require_one_line(body, "reason", reason);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return reason;
}

std::string render(const sql::GetBegunViewRow& row) {
  json::Writer writer;
  writer.begin_object().key("member").begin_object().id_member("id", row.membership_id);
  writer.member("first_name", row.first_name).member("surname", row.surname).member("email", row.email).end_object();
  writer.key("client").begin_object().id_member("id", row.client_id).member("name", row.client_name).end_object();
  writer.key("permissions").begin_array();
  for (const std::string_view permission : row.permissions) writer.value(permission);
  return writer.end_array().member("expires_at", row.expires_at).end_object().take();
}

Task<Result<http::Response>> begin_view(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> membership_id = context.path.id(0);
  if (!membership_id) co_return fail(membership_id.error());
  const Result<std::string> reason = read_reason(context.request.body);
  if (!reason) co_return fail(reason.error());
  const std::int64_t account_id = context.account.id;
  std::vector<pg::Query> work;
  work.push_back(sql::begin_staff_view(account_id, *membership_id, *reason));
  const Result<std::vector<pg::Rows>> rows =
      co_await access::write_once(context, std::move(work), [account_id](std::optional<std::int64_t> view_id) {
        return std::vector{sql::get_begun_view(account_id, view_id)};
      });
  if (!rows) co_return fail(rows.error());
  if (rows->back().empty()) co_return fail(ErrorCode::kNotFound);
  co_return http::Response::json(render(sql::GetBegunViewRow::decode(rows->back()[0])), http::Status::kCreated);
}

constexpr std::array kRoutes = {
    edge::Route::for_staff(http::Method::kPost, "/staff/members/{id}/view", "begin_staff_view",
                           access::StaffRole::kManager, begin_view),
};

}  // namespace

std::span<const edge::Route> staff_view_routes() { return kRoutes; }

}  // namespace portal::features
