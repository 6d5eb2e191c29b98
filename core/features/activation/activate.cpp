#include "features/activation/activate.hpp"

#include "auth/device_cookie.hpp"
#include "auth/email.hpp"
#include "auth/new_password.hpp"
#include "auth/open_session.hpp"
#include "auth/passwords.hpp"
#include "auth/throttle.hpp"
#include "base/limits.hpp"
#include "edge/services.hpp"
#include "features/activation/email_change.hpp"
#include "features/activation/invitation.hpp"
#include "http/query.hpp"
#include "json/reader.hpp"
#include "sql/activity.hpp"
#include "sql/auth.hpp"

namespace portal::features {
namespace {

constexpr int kAttempts = 3;

struct Form {
  std::string token;
  std::string email;  // normalised
  crypto::SecretString password;
};

Result<Form> read_form(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  Form form;
  form.token = body.text("token", {.maximum = limits::kTokenTextBytes});
  const std::string email = body.text("email", {.maximum = limits::kEmailBytes});
  form.password = auth::take_secret(body.text("password", {.maximum = limits::kPasswordBytes}));
  if (form.password.size() > limits::kPasswordBytes) body.add_error("password", "too_long");
  const std::optional<std::string> normalised = auth::normalise_email(email);
  // An empty text was refused already, for its length or its type.
  if (!normalised && !email.empty()) body.add_error("email", "invalid_email");
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  form.email = *normalised;
  return form;
}

// The address is the member's, not one that was typed in.
auth::KnownLogin login_of(const access::Account& account, const sql::LookUpActivationRow& row) {
  return {.account_id = account.id, .login = auth::hash_login(row.email.value_or(""))};
}

// The hash of the member's password from now on: of the new one, or of the existing one, which has to be the one that
// was typed in and is left as it is.
Task<Result<std::string>> settle_password(edge::VisitorContext context, sql::LookUpActivationRow row, std::string email,
                                          crypto::SecretString password) {
  const auth::PasswordPool pool{
      .offload = context.services.offload, .loop = context.services.loop, .keys = context.services.keys};
  if (!row.password_hash) {
    const Result<void> usable = auth::check_new_password(password.view(), context.account,
                                                         {.minimum_length = row.password_minimum_length,
                                                          .account_name = row.account_name,
                                                          .portal_name = row.portal_name.value_or(""),
                                                          .first_name = row.first_name,
                                                          .surname = row.surname,
                                                          .emails = {std::string_view(email), row.email.value_or("")}},
                                                         context.services.known_passwords);
    if (!usable) co_return fail(usable.error());
    co_return co_await auth::hash_password(pool, std::move(password));
  }
  // A link is no way around the limits of signing in.
  const auth::KnownLogin login = login_of(context.account, row);
  const std::optional<auth::DeviceId> device =
      auth::find_device(context.request, context.cookies, login, context.services.keys);
  Result<auth::Attempt> attempt =
      co_await context.services.throttle.begin_sign_in(login, std::string(context.request.peer_address), device);
  if (!attempt) co_return fail(std::move(attempt.error()));
  std::string stored(*row.password_hash);
  const Result<auth::PasswordCheck> check = co_await auth::check_password(pool, std::move(password), stored);
  if (!check) {
    attempt->give_back();
    co_return fail(check.error());
  }
  if (!check->matches) {
    attempt->fail();
    co_return fail(ErrorCode::kInvalidCredentials);
  }
  attempt->succeed();
  co_return stored;
}

Result<auth::Proof> prove(const access::Account& account, const Invitation& invitation, const std::string& email,
                          std::string password_hash, const crypto::Keyring& keys) {
  const sql::LookUpActivationRow& row = invitation.row;
  const std::optional<access::Permissions> permissions = access::Permissions::from_names(row.permissions);
  if (!permissions) return fail(ErrorCode::kSchemaMismatch, "a membership has a permission that is not known");

  std::optional<std::string_view> new_password_hash;
  if (!row.password_hash) new_password_hash = password_hash;
  std::optional<std::string_view> pending_email;
  if (row.email != email) pending_email = email;
  auth::Proof proof{.lookup = invitation.token_hash,
                    .member_id = row.member_id,
                    .membership_id = row.membership_id,
                    .permissions = *permissions,
                    .password_hash = std::move(password_hash),
                    .before = {},
                    .after = {}};
  // Locks the member's row before the claim locks the link: whoever invites or removes the member takes them in this
  // order too.
  proof.before.push_back(sql::record_sign_in(account.id, row.member_id));
  proof.before.push_back(
      sql::claim_activation(account.id, invitation.token_hash, row.password_hash, new_password_hash, pending_email));
  if (pending_email) {
    Result<std::vector<pg::Query>> mail =
        ask_for_confirmation(account, {.member_id = row.member_id, .address = email, .language = row.language}, keys);
    if (!mail) return fail(std::move(mail.error()));
    proof.after = std::move(*mail);
  }
  proof.after.push_back(sql::record_activity(account.id, "activated", row.client_id, row.membership_id, std::nullopt,
                                             std::nullopt, "{}"));
  return proof;
}

}  // namespace

Task<Result<http::Response>> activate(edge::VisitorContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  Result<Form> form = read_form(context.request.body);
  if (!form) co_return fail(std::move(form.error()));
  Result<Invitation> invitation = co_await try_link(context, form->token);
  if (!invitation) co_return fail(invitation.error());
  context.subject.member_id = invitation->row.member_id;
  Result<std::string> password_hash =
      co_await settle_password(context, invitation->row, form->email, std::move(form->password));
  if (!password_hash) co_return fail(std::move(password_hash.error()));

  const auth::Visit visit{.request = context.request,
                          .database = context.database,
                          .sessions = context.services.sessions,
                          .cookies = context.cookies,
                          .former = context.session};
  Result<http::Response> opened = fail(ErrorCode::kInternal);
  for (int attempt = 1;; ++attempt) {
    Result<auth::Proof> proof = prove(context.account, *invitation, form->email, *password_hash, context.services.keys);
    if (!proof) co_return fail(std::move(proof.error()));
    opened = co_await auth::open_session(visit, std::move(*proof));
    if (opened || opened.error().code != ErrorCode::kPrincipalChanged || attempt == kAttempts) break;
    // The permissions became others while the password was hashed: those that are stored now count. The password was
    // settled for what was known of it then.
    Result<Invitation> again = co_await try_link(context, form->token);
    if (!again) co_return fail(std::move(again.error()));
    if (again->row.password_hash != invitation->row.password_hash) co_return fail(ErrorCode::kConflict);
    invitation = std::move(again);
  }
  // The claim holds, so what is missing was ended at this very moment.
  if (!opened && opened.error().code == ErrorCode::kNotSignedIn) co_return fail(ErrorCode::kConflict);
  if (opened && invitation->row.email) {
    opened->cookies.push_back(
        auth::format_device_cookie(context.cookies, login_of(context.account, invitation->row), context.services.keys));
  }
  co_return opened;
}

}  // namespace portal::features
