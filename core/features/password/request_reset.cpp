#include "features/password/request_reset.hpp"

#include <chrono>

#include "auth/email.hpp"
#include "auth/even_answer.hpp"
#include "auth/link_message.hpp"
#include "auth/throttle.hpp"
#include "base/limits.hpp"
#include "crypto/token.hpp"
#include "edge/services.hpp"
#include "http/query.hpp"
#include "json/reader.hpp"
#include "sql/password.hpp"

namespace portal::features {
namespace {

constexpr std::chrono::seconds kLifetime = std::chrono::hours(1);  // SECURITY R08

Result<std::string> read_email(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  std::string email = body.text("email", {.maximum = limits::kEmailBytes});
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return auth::normalise_email(email).value_or(std::move(email));
}

Result<std::vector<pg::Query>> make_reset(const access::Account& account, const crypto::Digest& login,
                                          const crypto::Keyring& keys) {
  const crypto::Token token = crypto::Token::generate();
  std::string url = account.origin + "/password#" + token.text();
  const Result<auth::LinkMessage> message = auth::seal_link_message(account.id, url, keys);
  crypto::wipe(url.data(), url.size());
  if (!message) return fail(message.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::note_password_reset(account.id, login));
  queries.push_back(sql::create_password_reset(
      account.id, login, token.hash(), static_cast<std::int32_t>(kLifetime.count()), limits::kResetMailsPerHour,
      limits::kResetMailsPerDay, message->reference, message->payload.bytes, message->payload.key_id));
  return queries;
}

std::optional<std::int64_t> member_of(const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return sql::CreatePasswordResetRow::decode(rows[0]).member_id;
}

}  // namespace

Task<Result<http::Response>> request_password_reset(edge::VisitorContext context) {
  const io::MonotonicTime began = context.services.loop.now();
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::string> email = read_email(context.request.body);
  if (!email) co_return fail(email.error());
  const Result<void> admitted = context.services.throttle.admit_message(context.request.peer_address);
  if (!admitted) co_return fail(admitted.error());

  const crypto::Digest login = auth::hash_login(*email);
  Result<std::vector<pg::Query>> queries = make_reset(context.account, login, context.services.keys);
  if (!queries) co_return fail(std::move(queries.error()));
  std::vector<std::uint8_t> lookup(login.begin(), login.end());
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(lookup), std::move(*queries));
  if (!rows) co_return fail(rows.error());
  context.subject.member_id = member_of(rows->back());
  co_await auth::wait_for_next_step(context.services.loop, began);
  http::Response response = http::Response::no_content();
  response.status = http::Status::kAccepted;
  co_return response;
}

}  // namespace portal::features
