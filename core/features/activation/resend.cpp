#include "features/activation/resend.hpp"

#include "auth/even_answer.hpp"
#include "auth/link_message.hpp"
#include "auth/throttle.hpp"
#include "base/limits.hpp"
#include "crypto/token.hpp"
#include "edge/services.hpp"
#include "http/query.hpp"
#include "json/reader.hpp"
#include "sql/activation.hpp"
#include "sql/password.hpp"

namespace portal::features {
namespace {

// Any text has a hash; that of a text which is no token is found nowhere.
Result<crypto::Digest> read_token_hash(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  const std::string token = body.text("token", {.maximum = limits::kTokenTextBytes});
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  const std::optional<crypto::Token> parsed = crypto::Token::parse(token);
  return parsed ? parsed->hash() : crypto::sha256(token);
}

Result<std::vector<pg::Query>> make_renewal(const access::Account& account, const crypto::Digest& former,
                                            const crypto::Keyring& keys) {
  const crypto::Token token = crypto::Token::generate();
  std::string url = account.origin + "/activate#" + token.text();
  const Result<auth::LinkMessage> message = auth::seal_link_message(account.id, url, keys);
  crypto::wipe(url.data(), url.size());
  if (!message) return fail(message.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::note_password_reset(account.id, former));
  queries.push_back(sql::renew_activation(account.id, former, token.hash(), message->reference, message->payload.bytes,
                                          message->payload.key_id));
  return queries;
}

}  // namespace

Task<Result<http::Response>> resend_activation(edge::VisitorContext context) {
  const io::MonotonicTime began = context.services.loop.now();
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<crypto::Digest> hash = read_token_hash(context.request.body);
  if (!hash) co_return fail(hash.error());
  const Result<void> admitted = context.services.throttle.admit_message(context.request.peer_address);
  if (!admitted) co_return fail(admitted.error());
  Result<std::vector<pg::Query>> queries = make_renewal(context.account, *hash, context.services.keys);
  if (!queries) co_return fail(std::move(queries.error()));
  std::vector<std::uint8_t> lookup(hash->begin(), hash->end());
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(lookup), std::move(*queries));
  if (!rows) co_return fail(rows.error());
  if (!rows->back().empty()) context.subject.member_id = sql::RenewActivationRow::decode(rows->back()[0]).member_id;
  co_await auth::wait_for_next_step(context.services.loop, began);
  http::Response response = http::Response::no_content();
  response.status = http::Status::kAccepted;
  co_return response;
}

}  // namespace portal::features
