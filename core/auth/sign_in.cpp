#include "auth/sign_in.hpp"

#include "auth/email.hpp"
#include "auth/even_answer.hpp"
#include "base/limits.hpp"
#include "json/reader.hpp"

namespace portal::auth {
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
  credentials.password = take_secret(body.text("password", {.maximum = limits::kPasswordBytes}));
  if (credentials.password.size() > limits::kPasswordBytes) body.add_error("password", "too_long");
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return credentials;
}

Task<Result<http::Response>> sign_in_to(SignInDesk desk, Logins* logins, crypto::Digest login,
                                        crypto::SecretString password) {
  const io::MonotonicTime began = desk.pool.loop.now();
  Result<std::optional<std::string>> stored = co_await logins->find(login);
  if (!stored) co_return fail(std::move(stored.error()));
  co_await wait_for_next_step(desk.pool.loop, began, kLookupStep);
  const crypto::Digest nobody =
      crypto::sha256(std::to_string(desk.account_id) + ' ' + std::string(crypto::text_of(logins->name(login))));
  Result<PasswordCheck> check = co_await check_password(desk.pool, password.copy(), *stored, nobody);
  if (!check) co_return fail(check.error());
  if (!check->matches) co_return fail(ErrorCode::kInvalidCredentials);

  for (int attempt = 1;; ++attempt) {
    const std::string verified = **stored;
    Result<http::Response> opened = co_await logins->open(login, check->rehashed);
    const bool over = !opened && opened.error().code == ErrorCode::kNotSignedIn;
    const bool changed = over || (!opened && opened.error().code == ErrorCode::kPrincipalChanged);
    if (over && attempt == kAttempts) co_return fail(ErrorCode::kOverloaded, "the login kept changing");
    if (!changed || attempt == kAttempts) co_return opened;
    // Removed, with other rights, or with another hash of the password: what is stored now decides.
    stored = co_await logins->find(login);
    if (!stored) co_return fail(std::move(stored.error()));
    if (!*stored) co_return fail(ErrorCode::kInvalidCredentials);
    if (**stored == verified) {
      if (over) co_return fail(ErrorCode::kInvalidCredentials);
      continue;
    }
    // Another sign-in may have hashed the same password anew.
    check = co_await check_password(desk.pool, password.copy(), *stored, nobody);
    if (!check) co_return fail(check.error());
    if (!check->matches) co_return fail(ErrorCode::kInvalidCredentials);
  }
}

// Where it cannot be said whether the password is right, nobody has tried one.
Task<Result<http::Response>> sign_in_or_give_back(SignInDesk desk, Logins* logins, crypto::Digest login,
                                                  crypto::SecretString password, Attempt* attempt) {
  try {
    co_return co_await sign_in_to(desk, logins, login, std::move(password));
  } catch (...) {
    attempt->give_back();
    throw;
  }
}

}  // namespace

Task<Result<http::Response>> sign_in_with_password(SignInDesk desk, Logins* logins) {
  Result<Credentials> credentials = read_credentials(desk.request.body);
  if (!credentials) co_return fail(std::move(credentials.error()));
  const crypto::Digest login = hash_login(normalise_email(credentials->email).value_or(credentials->email));
  const KnownLogin known{.account_id = desk.account_id, .login = logins->name(login)};
  const std::optional<DeviceId> device = find_device(desk.request, desk.cookies, known, desk.pool.keys);
  Result<Attempt> attempt = co_await desk.throttle.begin_sign_in(known, std::string(desk.request.peer_address), device);
  if (!attempt) co_return fail(std::move(attempt.error()));
  Result<http::Response> answered =
      co_await sign_in_or_give_back(desk, logins, login, std::move(credentials->password), &*attempt);
  attempt->settle(answered);
  if (answered) answered->cookies.push_back(format_device_cookie(desk.cookies, known, desk.pool.keys));
  co_return answered;
}

}  // namespace portal::auth
