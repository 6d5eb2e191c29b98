#include "features/password/reset_password.hpp"

#include <iterator>

#include "auth/email.hpp"
#include "auth/new_password.hpp"
#include "auth/passwords.hpp"
#include "auth/throttle.hpp"
#include "base/limits.hpp"
#include "crypto/token.hpp"
#include "edge/services.hpp"
#include "features/password/link_state.hpp"
#include "http/query.hpp"
#include "json/reader.hpp"
#include "sql/password.hpp"

namespace portal::features {
namespace {

struct Form {
  std::string token;
  crypto::SecretString password;
};

Result<Form> read_form(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  Form form;
  form.token = body.text("token", {.maximum = limits::kTokenTextBytes});
  form.password = auth::take_secret(body.text("password", {.maximum = limits::kPasswordBytes}));
  if (form.password.size() > limits::kPasswordBytes) body.add_error("password", "too_long");
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return form;
}

struct Reset {
  pg::Rows rows;  // what `row` points into
  sql::LookUpPasswordResetRow row;
};

Task<Result<Reset>> find_reset(access::AnonymousDatabase database, crypto::Digest hash) {
  std::vector<pg::Query> queries;
  queries.push_back(sql::look_up_password_reset(database.account_id(), hash));
  std::vector<std::uint8_t> lookup(hash.begin(), hash.end());
  Result<std::vector<pg::Rows>> rows = co_await database.read(std::move(lookup), std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kTokenUnknown);
  const sql::LookUpPasswordResetRow row = sql::LookUpPasswordResetRow::decode(rows->front()[0]);
  if (row.state != "valid") co_return fail(link_error(row.state));
  co_return Reset{.rows = std::move(rows->front()), .row = row};
}

Result<std::vector<pg::Query>> make_change(const access::Account& account, const crypto::Digest& token,
                                           const sql::LookUpPasswordResetRow& row, std::string_view password_hash,
                                           const crypto::Keyring& keys) {
  Result<std::vector<pg::Query>> consequences = auth::follow_password_change(
      account, {.member_id = row.member_id, .email = row.email, .language = row.language, .kept = std::nullopt}, keys);
  if (!consequences) return consequences;
  std::vector<pg::Query> queries;
  queries.push_back(sql::lock_member(account.id, row.member_id));
  queries.push_back(sql::claim_password_reset(account.id, token, password_hash));
  queries.insert(queries.end(), std::make_move_iterator(consequences->begin()),
                 std::make_move_iterator(consequences->end()));
  return queries;
}

}  // namespace

Task<Result<http::Response>> reset_password(edge::VisitorContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  Result<Form> form = read_form(context.request.body);
  if (!form) co_return fail(std::move(form.error()));
  const std::optional<crypto::Token> token = crypto::Token::parse(form->token);
  if (!token) co_return fail(ErrorCode::kTokenUnknown);
  const crypto::Digest hash = token->hash();
  Result<auth::Attempt> attempt = context.services.throttle.begin_link(context.request.peer_address);
  if (!attempt) co_return fail(std::move(attempt.error()));
  const Result<Reset> reset = co_await find_reset(context.database, hash);
  attempt->settle(reset);
  if (!reset) co_return fail(reset.error());
  context.subject.member_id = reset->row.member_id;

  const sql::LookUpPasswordResetRow& row = reset->row;
  context.subject.member_id = row.member_id;
  const auth::PasswordPool pool{
      .offload = context.services.offload, .loop = context.services.loop, .keys = context.services.keys};
  const Result<std::string> password_hash = co_await auth::hash_new_password(
      pool, std::move(form->password), context.account, auth::owner_of(row), context.services.known_passwords);
  if (!password_hash) co_return fail(password_hash.error());

  Result<std::vector<pg::Query>> queries =
      make_change(context.account, hash, row, *password_hash, context.services.keys);
  if (!queries) co_return fail(std::move(queries.error()));
  std::vector<std::uint8_t> lookup(hash.begin(), hash.end());
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(lookup), std::move(*queries));
  if (!rows) {
    if (rows.error().code != ErrorCode::kConflict) co_return fail(rows.error());
    // Somebody else was faster, and the link says by now what became of it.
    const Result<Reset> again = co_await find_reset(context.database, hash);
    co_return fail(again ? rows.error() : again.error());
  }
  if (row.email) {
    // What strangers have guessed of the old one must not keep the owner of the new one waiting.
    context.services.throttle.forget({.account_id = context.account.id, .login = auth::hash_login(*row.email)});
  }
  co_return http::Response::no_content();
}

}  // namespace portal::features
