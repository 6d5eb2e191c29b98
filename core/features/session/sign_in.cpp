#include "features/session/sign_in.hpp"

#include "auth/device_cookie.hpp"
#include "auth/email.hpp"
#include "auth/open_session.hpp"
#include "auth/passwords.hpp"
#include "auth/throttle.hpp"
#include "base/limits.hpp"
#include "edge/services.hpp"
#include "http/query.hpp"
#include "json/reader.hpp"
#include "sql/auth.hpp"

namespace portal::features {
namespace {

constexpr int kAttempts = 3;

struct Credentials {
  std::string email;
  crypto::SecretString password;
};

Result<Credentials> read_credentials(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  Credentials credentials;
  credentials.email = body.text("email", {.maximum = limits::kEmailBytes});
  credentials.password = auth::take_secret(body.text("password", {.maximum = limits::kPasswordBytes}));
  if (credentials.password.size() > limits::kPasswordBytes) body.add_error("password", "too_long");
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return credentials;
}

// Somebody who may sign in with the right password.
struct Login {
  std::int64_t member_id;
  std::int64_t membership_id;
  access::Permissions permissions;
  std::string password_hash;
};

Result<std::optional<Login>> to_login(const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  const sql::SignInLookupRow row = sql::SignInLookupRow::decode(rows[0]);
  if (row.state != "active" || !row.password_hash || !row.membership_id || !row.permissions) return std::nullopt;
  const std::optional<access::Permissions> permissions = access::Permissions::from_names(*row.permissions);
  if (!permissions) return fail(ErrorCode::kSchemaMismatch, "a membership has a permission that is not known");
  return Login{.member_id = row.member_id,
               .membership_id = *row.membership_id,
               .permissions = *permissions,
               .password_hash = std::string(*row.password_hash)};
}

Task<Result<std::optional<Login>>> find_login(access::AnonymousDatabase database, crypto::Digest hash) {
  std::vector<pg::Query> queries;
  queries.push_back(sql::sign_in_lookup(database.account_id(), hash));
  std::vector<std::uint8_t> lookup(hash.begin(), hash.end());
  Result<std::vector<pg::Rows>> rows = co_await database.read(std::move(lookup), std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  co_return to_login(rows->front());
}

auth::Proof prove(std::int64_t account_id, const crypto::Digest& lookup, Login login,
                  const std::optional<std::string>& rehashed) {
  auth::Proof proof{.lookup = lookup,
                    .member_id = login.member_id,
                    .membership_id = login.membership_id,
                    .permissions = login.permissions,
                    .password_hash = std::move(login.password_hash),
                    .before = {},
                    .after = {}};
  // Locks the member's row: a change of password or state that is under way is waited for, and then seen.
  proof.before.push_back(sql::record_sign_in(account_id, proof.member_id));
  if (rehashed) {
    proof.after.push_back(sql::rehash_password(account_id, proof.member_id, proof.password_hash, *rehashed));
  }
  return proof;
}

Task<Result<http::Response>> sign_in_to(edge::VisitorContext context, crypto::Digest hash,
                                        crypto::SecretString password) {
  Result<std::optional<Login>> login = co_await find_login(context.database, hash);
  if (!login) co_return fail(std::move(login.error()));

  std::optional<std::string> stored;
  if (*login) {
    stored = (*login)->password_hash;
    context.subject.member_id = (*login)->member_id;
  }
  const auth::PasswordPool pool{
      .offload = context.services.offload, .loop = context.services.loop, .keys = context.services.keys};
  Result<auth::PasswordCheck> check = co_await auth::check_password(pool, password.copy(), std::move(stored));
  if (!check) co_return fail(check.error());
  if (!check->matches) co_return fail(ErrorCode::kInvalidCredentials);

  const auth::Visit visit{.request = context.request,
                          .database = context.database,
                          .sessions = context.services.sessions,
                          .cookies = context.cookies,
                          .former = context.session};
  for (int attempt = 1;; ++attempt) {
    std::string verified = (*login)->password_hash;
    Result<http::Response> opened =
        co_await auth::open_session(visit, prove(context.account.id, hash, **login, check->rehashed));
    const bool over = !opened && opened.error().code == ErrorCode::kNotSignedIn;
    const bool changed = over || (!opened && opened.error().code == ErrorCode::kPrincipalChanged);
    if (over && attempt == kAttempts) co_return fail(ErrorCode::kOverloaded, "the login kept changing");
    if (!changed || attempt == kAttempts) co_return opened;
    // Removed, with other permissions, or with another hash of the password: what is stored now decides.
    login = co_await find_login(context.database, hash);
    if (!login) co_return fail(std::move(login.error()));
    if (!*login) co_return fail(ErrorCode::kInvalidCredentials);
    if ((*login)->password_hash == verified) {
      if (over) co_return fail(ErrorCode::kInvalidCredentials);
      continue;
    }
    // Another sign-in may have hashed the same password anew.
    check = co_await auth::check_password(pool, password.copy(), (*login)->password_hash);
    if (!check) co_return fail(check.error());
    if (!check->matches) co_return fail(ErrorCode::kInvalidCredentials);
  }
}

}  // namespace

Task<Result<http::Response>> sign_in(edge::VisitorContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  Result<Credentials> credentials = read_credentials(context.request.body);
  if (!credentials) co_return fail(std::move(credentials.error()));

  const std::string email = auth::normalise_email(credentials->email).value_or(credentials->email);
  const auth::KnownLogin login{.account_id = context.account.id, .login = auth::hash_login(email)};
  const crypto::Keyring& keys = context.services.keys;
  const std::optional<auth::DeviceId> device = auth::find_device(context.request, context.cookies, login, keys);
  Result<auth::Attempt> attempt =
      co_await context.services.throttle.begin_sign_in(login, std::string(context.request.peer_address), device);
  if (!attempt) co_return fail(std::move(attempt.error()));
  Result<http::Response> answered = co_await sign_in_to(context, login.login, std::move(credentials->password));
  attempt->settle(answered);
  if (answered) answered->cookies.push_back(auth::format_device_cookie(context.cookies, login, keys));
  co_return answered;
}

}  // namespace portal::features
