#include "features/staff/activation.hpp"

#include <string>

#include "auth/device_cookie.hpp"
#include "auth/email.hpp"
#include "auth/new_password.hpp"
#include "base/limits.hpp"
#include "features/staff/link.hpp"
#include "features/staff/login.hpp"
#include "http/query.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace portal::features {
namespace {

Result<std::string> read_token(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  std::string token = body.text("token", {.maximum = limits::kTokenTextBytes});
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return token;
}

struct Form {
  std::string token;
  crypto::SecretString password;
  std::optional<std::string> first_name;
  std::optional<std::string> surname;
};

Result<Form> read_form(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  Form form;
  form.token = body.text("token", {.maximum = limits::kTokenTextBytes});
  form.password = auth::take_secret(body.text("password", {.maximum = limits::kPasswordBytes}));
  if (form.password.size() > limits::kPasswordBytes) body.add_error("password", "too_long");
  form.first_name = body.optional_text("first_name", {.maximum = limits::kPersonNameCharacters});
  form.surname = body.optional_text("surname", {.maximum = limits::kPersonNameCharacters});
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return form;
}

// The schema StaffInvitation of docs/openapi.yaml.
std::string render(const sql::LookUpStaffLinkRow& row) {
  json::Writer writer;
  writer.begin_object().member("email", row.email);
  writer.member("first_name", row.first_name.empty() ? std::nullopt : std::optional(row.first_name));
  writer.key("account").begin_object().member("name", row.account_name).end_object();
  return writer.member("expires_at", row.expires_at).end_object().take();
}

Result<auth::StaffProof> prove(const access::Account& account, const StaffLink& link, const Form& form,
                               std::string password_hash) {
  const std::optional<access::StaffRole> role = access::find_staff_role(link.row.role);
  if (!role) return fail(ErrorCode::kSchemaMismatch, "staff have a role that is not known");
  auth::StaffProof proof{.lookup = link.token_hash,
                         .staff_id = link.row.staff_id,
                         .role = *role,
                         .password_hash = std::move(password_hash),
                         .action = "staff_activated",
                         .before = {},
                         .after = {}};
  proof.before.push_back(sql::record_staff_sign_in(account.id, proof.staff_id));
  proof.before.push_back(
      sql::claim_staff_activation(account.id, link.token_hash, proof.password_hash, form.first_name, form.surname));
  return proof;
}

}  // namespace

Task<Result<http::Response>> look_up_staff_activation(edge::VisitorContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  Result<std::string> token = read_token(context.request.body);
  if (!token) co_return fail(std::move(token.error()));
  const Result<StaffLink> link = co_await try_staff_link(context, std::move(*token), kStaffActivation);
  if (!link) co_return fail(link.error());
  co_return http::Response::json(render(link->row));
}

Task<Result<http::Response>> activate_staff(edge::VisitorContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  Result<Form> form = read_form(context.request.body);
  if (!form) co_return fail(std::move(form.error()));
  const Result<StaffLink> link = co_await try_staff_link(context, form->token, kStaffActivation);
  if (!link) co_return fail(link.error());
  const sql::LookUpStaffLinkRow& row = link->row;
  const auth::PasswordOwner owner{.minimum_length = row.password_minimum_length,
                                  .account_name = row.account_name,
                                  .portal_name = row.portal_name.value_or(""),
                                  .first_name = form->first_name ? std::string_view(*form->first_name) : row.first_name,
                                  .surname = form->surname ? std::string_view(*form->surname) : row.surname,
                                  .emails = {row.email, ""}};
  Result<std::string> password_hash = co_await auth::hash_new_password(
      pool_of(context.services), std::move(form->password), context.account, owner, context.services.known_passwords);
  if (!password_hash) co_return fail(std::move(password_hash.error()));
  Result<auth::StaffProof> proof = prove(context.account, *link, *form, std::move(*password_hash));
  if (!proof) co_return fail(std::move(proof.error()));
  Result<http::Response> opened = co_await auth::open_staff_session(visit_of(context), std::move(*proof));
  if (!opened) {
    // The claim holds, so what is missing was ended, or the role changed, at this very moment.
    const ErrorCode code = opened.error().code;
    if (code == ErrorCode::kNotSignedIn || code == ErrorCode::kPrincipalChanged) co_return fail(ErrorCode::kConflict);
    co_return opened;
  }
  const auth::KnownLogin login{.account_id = context.account.id,
                               .login = name_staff_login(auth::hash_login(row.email))};
  opened->cookies.push_back(auth::format_device_cookie(context.cookies, login, context.services.keys));
  co_return opened;
}

}  // namespace portal::features
