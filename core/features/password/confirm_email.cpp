#include "features/password/confirm_email.hpp"

#include "auth/link_message.hpp"
#include "auth/throttle.hpp"
#include "base/limits.hpp"
#include "crypto/token.hpp"
#include "edge/services.hpp"
#include "features/password/link_state.hpp"
#include "http/query.hpp"
#include "json/reader.hpp"
#include "sql/auth.hpp"
#include "sql/password.hpp"

namespace portal::features {
namespace {

Result<std::string> read_token(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  std::string token = body.text("token", {.maximum = limits::kTokenTextBytes});
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return token;
}

struct Change {
  pg::Rows rows;  // what `row` points into
  sql::LookUpEmailChangeRow row;
};

Task<Result<Change>> find_change(access::AnonymousDatabase database, crypto::Digest hash) {
  std::vector<pg::Query> queries;
  queries.push_back(sql::look_up_email_change(database.account_id(), hash));
  std::vector<std::uint8_t> lookup(hash.begin(), hash.end());
  Result<std::vector<pg::Rows>> rows = co_await database.read(std::move(lookup), std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kTokenUnknown);
  const sql::LookUpEmailChangeRow row = sql::LookUpEmailChangeRow::decode(rows->front()[0]);
  if (row.state != "valid") co_return fail(link_error(row.state));
  co_return Change{.rows = std::move(rows->front()), .row = row};
}

Result<std::vector<pg::Query>> make_change(const access::Account& account, const crypto::Digest& token,
                                           const sql::LookUpEmailChangeRow& row, const crypto::Keyring& keys) {
  std::vector<pg::Query> queries;
  queries.push_back(sql::lock_member(account.id, row.member_id));
  queries.push_back(sql::claim_email_change(account.id, token));
  queries.push_back(sql::take_back_links(account.id, row.member_id));
  if (row.former_email) {
    const Result<auth::LinkMessage> message = auth::seal_notice(account.id, account.origin, keys);
    if (!message) return fail(message.error());
    queries.push_back(sql::create_outbox_message(account.id, message->reference, "email_changed", "email",
                                                 *row.former_email, row.language, row.member_id, std::nullopt,
                                                 message->payload.bytes, message->payload.key_id));
  }
  return queries;
}

}  // namespace

Task<Result<http::Response>> confirm_email(edge::VisitorContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::string> text = read_token(context.request.body);
  if (!text) co_return fail(text.error());
  const std::optional<crypto::Token> token = crypto::Token::parse(*text);
  if (!token) co_return fail(ErrorCode::kTokenUnknown);
  const crypto::Digest hash = token->hash();
  Result<auth::Attempt> attempt = context.services.throttle.begin_link(context.request.peer_address);
  if (!attempt) co_return fail(std::move(attempt.error()));
  const Result<Change> change = co_await find_change(context.database, hash);
  attempt->settle(change);
  if (!change) co_return fail(change.error());
  context.subject.member_id = change->row.member_id;

  Result<std::vector<pg::Query>> queries = make_change(context.account, hash, change->row, context.services.keys);
  if (!queries) co_return fail(std::move(queries.error()));
  std::vector<std::uint8_t> lookup(hash.begin(), hash.end());
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(lookup), std::move(*queries));
  if (!rows) {
    if (rows.error().code != ErrorCode::kConflict) co_return fail(rows.error());
    // The same link was used at the same time, or somebody else has the address.
    const Result<Change> again = co_await find_change(context.database, hash);
    co_return fail(again ? rows.error() : again.error());
  }
  co_return http::Response::no_content();
}

}  // namespace portal::features
