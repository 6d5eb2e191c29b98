#include "features/me/change_password.hpp"

#include <iterator>

#include "auth/new_password.hpp"
#include "auth/open_session.hpp"
#include "auth/passwords.hpp"
#include "auth/throttle.hpp"
#include "base/limits.hpp"
#include "crypto/token.hpp"
#include "edge/services.hpp"
#include "http/query.hpp"
#include "json/reader.hpp"
#include "sql/auth.hpp"
#include "sql/password.hpp"

namespace portal::features {
namespace {

struct Form {
  crypto::SecretString current;
  crypto::SecretString password;
};

crypto::SecretString read_password(json::ObjectReader& body, std::string_view name) {
  crypto::SecretString password = auth::take_secret(body.text(name, {.maximum = limits::kPasswordBytes}));
  if (password.size() > limits::kPasswordBytes) body.add_error(name, "too_long");
  return password;
}

Result<Form> read_form(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  Form form;
  form.current = read_password(body, "current_password");
  form.password = read_password(body, "password");
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return form;
}

struct Credential {
  pg::Rows rows;  // what `row` points into
  sql::LoadCredentialRow row;
};

Task<Result<Credential>> load_credential(access::MemberDatabase database, access::Member member) {
  std::vector<pg::Query> queries;
  queries.push_back(sql::load_credential(member.account_id, member.member_id));
  Result<std::vector<pg::Rows>> rows = co_await database.read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kNotSignedIn);
  const sql::LoadCredentialRow row = sql::LoadCredentialRow::decode(rows->front()[0]);
  co_return Credential{.rows = std::move(rows->front()), .row = row};
}

Task<Result<void>> verify_current(edge::MemberContext context, crypto::SecretString current,
                                  std::optional<std::string> stored) {
  const auth::PasswordPool pool{
      .offload = context.services.offload, .loop = context.services.loop, .keys = context.services.keys};
  Result<auth::Attempt> attempt =
      context.services.throttle.begin_confirmation(context.member.account_id, context.member.member_id);
  if (!attempt) co_return fail(std::move(attempt.error()));
  const Result<auth::PasswordCheck> check = co_await auth::check_password(pool, std::move(current), std::move(stored));
  if (!check) {
    attempt->give_back();
    co_return fail(check.error());
  }
  if (check->matches) {
    attempt->succeed();
  } else {
    attempt->fail();
    context.subject.wrong_password = true;
    co_return fail(Error::field("/current_password", "wrong"));
  }
  co_return Result<void>();
}

Result<std::vector<pg::Query>> make_change(const edge::MemberContext& context, const sql::LoadCredentialRow& row,
                                           std::string_view new_hash, const crypto::Token& token) {
  const access::Member& member = context.member;
  Result<std::vector<pg::Query>> consequences = auth::follow_password_change(
      context.account,
      {.member_id = member.member_id, .email = row.email, .language = row.language, .kept = member.session_hash},
      context.services.keys);
  if (!consequences) return consequences;
  std::vector<pg::Query> queries;
  queries.push_back(
      sql::change_password(member.account_id, member.member_id, row.password_hash.value_or(""), new_hash));
  queries.insert(queries.end(), std::make_move_iterator(consequences->begin()),
                 std::make_move_iterator(consequences->end()));
  queries.push_back(sql::renew_session(member.account_id, member.session_hash, token.hash()));
  queries.push_back(sql::load_session(member.account_id, token.hash()));
  queries.push_back(sql::list_memberships(member.account_id, member.member_id));
  return queries;
}

}  // namespace

Task<Result<http::Response>> change_password(edge::MemberContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  Result<Form> form = read_form(context.request.body);
  if (!form) co_return fail(std::move(form.error()));
  const Result<Credential> credential = co_await load_credential(context.database, context.member);
  if (!credential) co_return fail(credential.error());
  const sql::LoadCredentialRow& row = credential->row;

  std::optional<std::string> stored;
  if (row.password_hash) stored = std::string(*row.password_hash);
  const Result<void> verified = co_await verify_current(context, std::move(form->current), std::move(stored));
  if (!verified) co_return fail(verified.error());
  const auth::PasswordPool pool{
      .offload = context.services.offload, .loop = context.services.loop, .keys = context.services.keys};
  const Result<std::string> new_hash = co_await auth::hash_new_password(
      pool, std::move(form->password), context.account, auth::owner_of(row), context.services.known_passwords);
  if (!new_hash) co_return fail(new_hash.error());

  const crypto::Token token = crypto::Token::generate();
  Result<std::vector<pg::Query>> queries = make_change(context, row, *new_hash, token);
  if (!queries) co_return fail(std::move(queries.error()));
  Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(*queries));
  if (!rows) co_return fail(std::move(rows.error()));
  context.services.sessions.forget(context.member.session_hash);
  co_return auth::answer_with_session(*rows, context.member.account_id, token, context.services.sessions,
                                      context.cookies);
}

}  // namespace portal::features
