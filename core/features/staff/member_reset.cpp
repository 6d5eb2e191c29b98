#include "features/staff/member_reset.hpp"

#include <chrono>

#include "access/repeatable.hpp"
#include "auth/link_message.hpp"
#include "base/limits.hpp"
#include "crypto/token.hpp"
#include "edge/services.hpp"
#include "http/query.hpp"
#include "sql/staff_password.hpp"

namespace portal::features {
namespace {

constexpr std::chrono::seconds kLifetime = std::chrono::hours(1);  // SECURITY R08
constexpr std::uint32_t kRetryAfterSeconds = 3600;

std::vector<pg::Query> nothing_to_read(std::optional<std::int64_t> /*made_id*/) { return {}; }

}  // namespace

Task<Result<http::Response>> start_member_reset(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> membership_id = context.path.id(0);
  if (!membership_id) co_return fail(membership_id.error());
  const access::Account& account = context.account;
  const crypto::Token token = crypto::Token::generate();
  std::string url = account.origin + "/password#" + token.text();
  const Result<auth::LinkMessage> message = auth::seal_link_message(account.id, url, context.services.keys);
  crypto::wipe(url.data(), url.size());
  if (!message) co_return fail(message.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::start_member_reset(account.id, *membership_id, token.hash(),
                                            static_cast<std::int32_t>(kLifetime.count()), limits::kResetMailsPerHour,
                                            limits::kResetMailsPerDay, message->reference, message->payload.bytes,
                                            message->payload.key_id));
  Result<std::vector<pg::Rows>> rows = co_await access::write_once(context, std::move(queries), nothing_to_read);
  if (!rows) {
    if (rows.error().code == ErrorCode::kTooManyRequests) rows.error().retry_after_seconds = kRetryAfterSeconds;
    co_return fail(std::move(rows.error()));
  }
  http::Response response = http::Response::no_content();
  response.status = http::Status::kAccepted;
  co_return response;
}

}  // namespace portal::features
