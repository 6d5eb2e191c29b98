#include "features/session/sign_in.hpp"

#include "auth/open_session.hpp"
#include "auth/sign_in.hpp"
#include "edge/services.hpp"
#include "http/query.hpp"
#include "sql/activity.hpp"
#include "sql/auth.hpp"

namespace portal::features {
namespace {

// Somebody who may sign in with the right password.
struct Login {
  std::int64_t member_id;
  std::int64_t membership_id;
  std::optional<std::int64_t> client_id;
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
               .client_id = row.client_id,
               .permissions = *permissions,
               .password_hash = std::string(*row.password_hash)};
}

class MemberLogins final : public auth::Logins {
 public:
  explicit MemberLogins(const edge::VisitorContext& context) : context_(context) {}

  crypto::Digest name(const crypto::Digest& login) const override { return login; }

  Task<Result<std::optional<std::string>>> find(crypto::Digest login) override {
    std::vector<pg::Query> queries;
    queries.push_back(sql::sign_in_lookup(context_.account.id, login));
    std::vector<std::uint8_t> lookup(login.begin(), login.end());
    Result<std::vector<pg::Rows>> rows = co_await context_.database.read(std::move(lookup), std::move(queries));
    if (!rows) co_return fail(std::move(rows.error()));
    Result<std::optional<Login>> found = to_login(rows->front());
    if (!found) co_return fail(std::move(found.error()));
    found_ = std::move(*found);
    if (!found_) co_return std::nullopt;
    context_.subject.member_id = found_->member_id;
    co_return found_->password_hash;
  }

  Task<Result<http::Response>> open(crypto::Digest login, std::optional<std::string> rehashed) override {
    const auth::Visit visit{.request = context_.request,
                            .database = context_.database,
                            .sessions = context_.services.sessions,
                            .cookies = context_.cookies,
                            .former = context_.session};
    return auth::open_session(visit, prove(login, rehashed));
  }

 private:
  auth::Proof prove(const crypto::Digest& lookup, const std::optional<std::string>& rehashed) const {
    auth::Proof proof{.lookup = lookup,
                      .member_id = found_->member_id,
                      .membership_id = found_->membership_id,
                      .permissions = found_->permissions,
                      .password_hash = found_->password_hash,
                      .before = {},
                      .after = {}};
    const std::int64_t account_id = context_.account.id;
    // Locks the member's row: a change of password or state that is under way is waited for, and then seen.
    proof.before.push_back(sql::record_sign_in(account_id, proof.member_id));
    if (rehashed) {
      proof.after.push_back(sql::rehash_password(account_id, proof.member_id, proof.password_hash, *rehashed));
    }
    proof.after.push_back(sql::record_activity(account_id, "signed_in", found_->client_id, proof.membership_id,
                                               std::nullopt, std::nullopt, "{}"));
    return proof;
  }

  edge::VisitorContext context_;
  std::optional<Login> found_;
};

}  // namespace

Task<Result<http::Response>> sign_in(edge::VisitorContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  MemberLogins logins(context);
  const auth::SignInDesk desk{
      .request = context.request,
      .account_id = context.account.id,
      .cookies = context.cookies,
      .throttle = context.services.throttle,
      .pool = {.offload = context.services.offload, .loop = context.services.loop, .keys = context.services.keys}};
  co_return co_await auth::sign_in_with_password(desk, &logins);
}

}  // namespace portal::features
