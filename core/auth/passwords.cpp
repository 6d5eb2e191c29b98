#include "auth/passwords.hpp"

#include "crypto/password.hpp"

namespace portal::auth {
namespace {

Result<PasswordCheck> check(std::string_view password, const std::optional<std::string>& stored,
                            const crypto::Digest& nobody, const crypto::Keyring& keys) {
  const Result<bool> matches =
      crypto::verify_password(password, stored ? *stored : crypto::make_hash_of_nobody(nobody, keys), keys);
  if (!matches) return fail(matches.error());
  PasswordCheck result{.matches = stored && *matches, .rehashed = std::nullopt};
  if (result.matches && crypto::needs_rehash(*stored, keys)) {
    Result<std::string> rehashed = crypto::hash_password(password, keys);
    if (!rehashed) return fail(rehashed.error());
    result.rehashed = std::move(*rehashed);
  }
  return result;
}

}  // namespace

Task<Result<PasswordCheck>> check_password(PasswordPool pool, crypto::SecretString password,
                                           std::optional<std::string> stored, crypto::Digest nobody) {
  auto work = [password = std::move(password), stored = std::move(stored), nobody, &keys = pool.keys] {
    return check(password.view(), stored, nobody, keys);
  };
  Result<Result<PasswordCheck>> checked = co_await io::offload(pool.offload, pool.loop, std::move(work));
  if (!checked) co_return fail(checked.error());
  co_return std::move(*checked);
}

Task<Result<std::string>> hash_password(PasswordPool pool, crypto::SecretString password) {
  auto work = [password = std::move(password), &keys = pool.keys] {
    return crypto::hash_password(password.view(), keys);
  };
  Result<Result<std::string>> hashed = co_await io::offload(pool.offload, pool.loop, std::move(work));
  if (!hashed) co_return fail(hashed.error());
  co_return std::move(*hashed);
}

crypto::SecretString take_secret(std::string text) {
  crypto::SecretString secret(text);
  crypto::wipe(text.data(), text.size());
  return secret;
}

}  // namespace portal::auth
