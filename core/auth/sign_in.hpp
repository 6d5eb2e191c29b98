// How somebody signs in with a password, whoever that is (SECURITY R17): the same limits, the same costs and the same
// answers, for members and for staff, and for logins that do not exist.
#pragma once

#include <optional>
#include <string>

#include "auth/device_cookie.hpp"
#include "auth/passwords.hpp"
#include "auth/throttle.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace portal::auth {

// One kind of login: how it is found, and what is opened for who has proven to be there. Belongs to one request.
class Logins {
 public:
  virtual ~Logins() = default;
  // What counts tries: members and staff with one address are two logins.
  virtual crypto::Digest name(const crypto::Digest& login) const = 0;
  // The stored hash of somebody who may sign in with the right password; nothing for anybody else.
  virtual Task<Result<std::optional<std::string>>> find(crypto::Digest login) = 0;
  // For the one who was found last. kNotSignedIn or kPrincipalChanged when something has changed meanwhile. `rehashed`:
  // what is to be stored instead of a hash that is too weak.
  virtual Task<Result<http::Response>> open(crypto::Digest login, std::optional<std::string> rehashed) = 0;
};

// References live as long as the operation.
struct SignInDesk {
  const http::Request& request;
  std::int64_t account_id;
  http::CookieMode cookies;
  Throttle& throttle;
  PasswordPool pool;
};

// The body is the schema SignIn of docs/openapi.yaml. `logins` outlives the task.
Task<Result<http::Response>> sign_in_with_password(SignInDesk desk, Logins* logins);

}  // namespace portal::auth
