#include <vector>

#include "access/repeatable.hpp"
#include "auth/link_message.hpp"
#include "base/limits.hpp"
#include "edge/services.hpp"
#include "features/members/forms.hpp"
#include "features/members/handlers.hpp"
#include "features/members/new_link.hpp"
#include "features/members/render.hpp"
#include "http/query.hpp"
#include "sql/members.hpp"

namespace portal::features::members {
namespace {

constexpr std::uint32_t kRetryAfterSeconds = 3600;

Result<std::vector<pg::Query>> make_confirmation(const edge::StaffContext& context, std::int64_t membership_id,
                                                 std::string_view address) {
  const Result<NewLink> link = make_link(context.account, context.services.keys, "/confirm");
  if (!link) return fail(link.error());
  const auth::LinkMessage& message = link->message;
  std::vector<pg::Query> queries;
  queries.push_back(sql::ask_for_confirmation(context.staff.account_id, membership_id, address,
                                              static_cast<std::int32_t>(auth::kConfirmationLifetime.count()),
                                              limits::kResetMailsPerHour, limits::kResetMailsPerDay, link->token_hash,
                                              message.reference, message.payload.bytes, message.payload.key_id));
  return queries;
}

}  // namespace

Task<Result<http::Response>> send_confirmation(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> membership_id = context.path.id(0);
  if (!membership_id) co_return fail(membership_id.error());
  const Result<std::string> address = read_address(context.request.body);
  if (!address) co_return fail(address.error());
  Result<std::vector<pg::Query>> queries = make_confirmation(context, *membership_id, *address);
  if (!queries) co_return fail(std::move(queries.error()));
  access::ReadBack read = [account_id = context.staff.account_id, id = *membership_id](std::optional<std::int64_t>) {
    std::vector<pg::Query> reading;
    reading.push_back(sql::get_member(account_id, id));
    return reading;
  };
  Result<std::vector<pg::Rows>> rows = co_await access::write_once(context, std::move(*queries), std::move(read));
  if (!rows) {
    if (rows.error().code == ErrorCode::kTooManyRequests) rows.error().retry_after_seconds = kRetryAfterSeconds;
    co_return fail(std::move(rows.error()));
  }
  co_return render_member(rows->back(), http::Status::kOk);
}

}  // namespace portal::features::members
