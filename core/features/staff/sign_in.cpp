#include "features/staff/sign_in.hpp"

#include "auth/open_staff_session.hpp"
#include "auth/sign_in.hpp"
#include "edge/services.hpp"
#include "features/staff/login.hpp"
#include "http/query.hpp"
#include "sql/staff.hpp"

namespace portal::features {
namespace {

struct Login {
  std::int64_t staff_id;
  access::StaffRole role;
  std::string password_hash;
};

Result<std::optional<Login>> to_login(const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  const sql::StaffSignInLookupRow row = sql::StaffSignInLookupRow::decode(rows[0]);
  if (row.state != "active" || !row.password_hash) return std::nullopt;
  const std::optional<access::StaffRole> role = access::find_staff_role(row.role);
  if (!role) return fail(ErrorCode::kSchemaMismatch, "staff have a role that is not known");
  return Login{.staff_id = row.staff_id, .role = *role, .password_hash = std::string(*row.password_hash)};
}

class StaffLogins final : public auth::Logins {
 public:
  explicit StaffLogins(const edge::VisitorContext& context) : context_(context) {}

  crypto::Digest name(const crypto::Digest& login) const override { return name_staff_login(login); }

  Task<Result<std::optional<std::string>>> find(crypto::Digest login) override {
    std::vector<pg::Query> queries;
    queries.push_back(sql::staff_sign_in_lookup(context_.account.id, login));
    std::vector<std::uint8_t> lookup(login.begin(), login.end());
    Result<std::vector<pg::Rows>> rows = co_await context_.staff_database.read(std::move(lookup), std::move(queries));
    if (!rows) co_return fail(std::move(rows.error()));
    Result<std::optional<Login>> found = to_login(rows->front());
    if (!found) co_return fail(std::move(found.error()));
    found_ = std::move(*found);
    if (!found_) co_return std::nullopt;
    context_.subject.staff_id = found_->staff_id;
    co_return found_->password_hash;
  }

  Task<Result<http::Response>> open(crypto::Digest login, std::optional<std::string> rehashed) override {
    const std::int64_t account_id = context_.account.id;
    auth::StaffProof proof{.lookup = login,
                           .staff_id = found_->staff_id,
                           .role = found_->role,
                           .password_hash = found_->password_hash,
                           .action = "signed_in",
                           .before = {},
                           .after = {}};
    proof.before.push_back(sql::record_staff_sign_in(account_id, proof.staff_id));
    if (rehashed) {
      proof.after.push_back(sql::rehash_staff_password(account_id, proof.staff_id, proof.password_hash, *rehashed));
    }
    return auth::open_staff_session(visit_of(context_), std::move(proof));
  }

 private:
  edge::VisitorContext context_;
  std::optional<Login> found_;
};

}  // namespace

Task<Result<http::Response>> staff_sign_in(edge::VisitorContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  StaffLogins logins(context);
  const auth::SignInDesk desk{.request = context.request,
                              .account_id = context.account.id,
                              .cookies = context.cookies,
                              .throttle = context.services.throttle,
                              .pool = pool_of(context.services)};
  co_return co_await auth::sign_in_with_password(desk, &logins);
}

}  // namespace portal::features
