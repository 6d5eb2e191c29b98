#include "features/staff/password.hpp"

#include <chrono>

#include "auth/email.hpp"
#include "auth/even_answer.hpp"
#include "auth/link_message.hpp"
#include "auth/new_password.hpp"
#include "auth/throttle.hpp"
#include "base/limits.hpp"
#include "crypto/token.hpp"
#include "features/staff/link.hpp"
#include "features/staff/login.hpp"
#include "http/query.hpp"
#include "json/reader.hpp"
#include "sql/activity.hpp"
#include "sql/password.hpp"
#include "sql/staff_password.hpp"

namespace portal::features {
namespace {

constexpr std::chrono::seconds kLifetime = std::chrono::hours(1);  // SECURITY R08

Result<std::string> read_email(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  std::string email = body.text("email", {.maximum = limits::kEmailBytes});
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return auth::normalise_email(email).value_or(std::move(email));
}

// The new password, and what proves that it may be chosen: the token of a link, or the current password.
struct Form {
  std::string token;
  crypto::SecretString current;
  crypto::SecretString password;
};

crypto::SecretString read_password(json::ObjectReader& body, std::string_view name) {
  crypto::SecretString password = auth::take_secret(body.text(name, {.maximum = limits::kPasswordBytes}));
  if (password.size() > limits::kPasswordBytes) body.add_error(name, "too_long");
  return password;
}

enum class Proof : std::uint8_t { kToken, kCurrentPassword };

Result<Form> read_form(std::string_view text, Proof proof) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  Form form;
  if (proof == Proof::kToken) {
    form.token = body.text("token", {.maximum = limits::kTokenTextBytes});
  } else {
    form.current = read_password(body, "current_password");
  }
  form.password = read_password(body, "password");
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return form;
}

Result<std::vector<pg::Query>> make_reset(const access::Account& account, const crypto::Digest& login,
                                          const crypto::Keyring& keys) {
  const crypto::Token token = crypto::Token::generate();
  std::string url = account.origin + "/console/password#" + token.text();
  const Result<auth::LinkMessage> message = auth::seal_link_message(account.id, url, keys);
  crypto::wipe(url.data(), url.size());
  if (!message) return fail(message.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::note_password_reset(account.id, login));
  queries.push_back(sql::create_staff_password_reset(
      account.id, login, token.hash(), static_cast<std::int32_t>(kLifetime.count()), limits::kResetMailsPerHour,
      limits::kResetMailsPerDay, message->reference, message->payload.bytes, message->payload.key_id));
  return queries;
}

struct Change {
  std::int64_t staff_id;
  std::string_view email;
  std::string_view language;
  std::optional<access::SessionHash> kept;
};

// What follows from a new password in its segment: links are taken back, sessions end but for the kept one, a mail
// tells of it, and the activity too.
Result<std::vector<pg::Query>> follow_change(const access::Account& account, const Change& change,
                                             const crypto::Keyring& keys) {
  const Result<auth::LinkMessage> notice = auth::seal_notice(account.id, account.origin, keys);
  if (!notice) return fail(notice.error());
  std::optional<std::span<const std::uint8_t>> kept;
  if (change.kept) kept = *change.kept;
  std::vector<pg::Query> queries;
  queries.push_back(sql::take_back_staff_links(account.id, change.staff_id));
  queries.push_back(sql::end_sessions_of_staff(account.id, change.staff_id, kept));
  queries.push_back(sql::create_staff_message(account.id, notice->reference, "staff_password_changed", change.email,
                                              change.language, change.staff_id, notice->payload.bytes,
                                              notice->payload.key_id));
  queries.push_back(sql::record_activity(account.id, "password_changed", std::nullopt, std::nullopt, std::nullopt,
                                         std::nullopt, "{}"));
  return queries;
}

void append(std::vector<pg::Query>& queries, std::vector<pg::Query> more) {
  queries.insert(queries.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

Task<Result<void>> verify_current(edge::StaffContext context, crypto::SecretString current,
                                  std::optional<std::string> stored) {
  Result<auth::Attempt> attempt =
      context.services.throttle.begin_staff_confirmation(context.staff.account_id, context.staff.staff_id);
  if (!attempt) co_return fail(std::move(attempt.error()));
  const Result<auth::PasswordCheck> check =
      co_await auth::check_password(pool_of(context.services), std::move(current), std::move(stored));
  if (!check) {
    attempt->give_back();
    co_return fail(check.error());
  }
  if (check->matches) {
    attempt->succeed();
    co_return Result<void>();
  }
  attempt->fail();
  context.subject.wrong_password = true;
  co_return fail(Error::field("/current_password", "wrong"));
}

}  // namespace

Task<Result<http::Response>> request_staff_password_reset(edge::VisitorContext context) {
  const io::MonotonicTime began = context.services.loop.now();
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::string> email = read_email(context.request.body);
  if (!email) co_return fail(email.error());
  const Result<void> admitted = context.services.throttle.admit_message(context.request.peer_address);
  if (!admitted) co_return fail(admitted.error());

  const crypto::Digest login = auth::hash_login(*email);
  Result<std::vector<pg::Query>> queries = make_reset(context.account, login, context.services.keys);
  if (!queries) co_return fail(std::move(queries.error()));
  std::vector<std::uint8_t> lookup(login.begin(), login.end());
  const Result<std::vector<pg::Rows>> rows =
      co_await context.staff_database.write(std::move(lookup), std::move(*queries));
  if (!rows) co_return fail(rows.error());
  if (!rows->back().empty())
    context.subject.staff_id = sql::CreateStaffPasswordResetRow::decode(rows->back()[0]).staff_id;
  co_await auth::wait_for_next_step(context.services.loop, began);
  http::Response response = http::Response::no_content();
  response.status = http::Status::kAccepted;
  co_return response;
}

Task<Result<http::Response>> reset_staff_password(edge::VisitorContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  Result<Form> form = read_form(context.request.body, Proof::kToken);
  if (!form) co_return fail(std::move(form.error()));
  const Result<StaffLink> link = co_await try_staff_link(context, form->token, kStaffPasswordReset);
  if (!link) co_return fail(link.error());
  const sql::LookUpStaffLinkRow& row = link->row;
  const Result<std::string> password_hash =
      co_await auth::hash_new_password(pool_of(context.services), std::move(form->password), context.account,
                                       owner_of(row), context.services.known_passwords);
  if (!password_hash) co_return fail(password_hash.error());

  Result<std::vector<pg::Query>> consequences = follow_change(
      context.account, {.staff_id = row.staff_id, .email = row.email, .language = row.language, .kept = std::nullopt},
      context.services.keys);
  if (!consequences) co_return fail(std::move(consequences.error()));
  std::vector<pg::Query> queries;
  queries.push_back(sql::lock_staff(context.account.id, row.staff_id));
  queries.push_back(sql::claim_staff_password_reset(context.account.id, link->token_hash, *password_hash));
  append(queries, std::move(*consequences));
  std::vector<std::uint8_t> lookup(link->token_hash.begin(), link->token_hash.end());
  const Result<std::vector<pg::Rows>> rows =
      co_await context.staff_database.write(std::move(lookup), std::move(queries));
  if (!rows) {
    if (rows.error().code != ErrorCode::kConflict) co_return fail(rows.error());
    // Somebody else was faster, and the link says by now what became of it.
    const Result<StaffLink> again = co_await try_staff_link(context, form->token, kStaffPasswordReset);
    co_return fail(again ? rows.error() : again.error());
  }
  // What strangers have guessed of the old one must not keep the owner of the new one waiting.
  context.services.throttle.forget(
      {.account_id = context.account.id, .login = name_staff_login(auth::hash_login(row.email))});
  co_return http::Response::no_content();
}

Task<Result<http::Response>> change_staff_password(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  Result<Form> form = read_form(context.request.body, Proof::kCurrentPassword);
  if (!form) co_return fail(std::move(form.error()));
  const access::Staff& staff = context.staff;
  std::vector<pg::Query> asked;
  asked.push_back(sql::load_staff_credential(staff.account_id, staff.staff_id));
  const Result<std::vector<pg::Rows>> credential = co_await context.database.read(std::move(asked));
  if (!credential) co_return fail(credential.error());
  if (credential->front().empty()) co_return fail(ErrorCode::kNotSignedIn);
  const sql::LoadStaffCredentialRow row = sql::LoadStaffCredentialRow::decode(credential->front()[0]);

  std::optional<std::string> stored;
  if (row.password_hash) stored = std::string(*row.password_hash);
  const Result<void> verified = co_await verify_current(context, std::move(form->current), std::move(stored));
  if (!verified) co_return fail(verified.error());
  const Result<std::string> new_hash =
      co_await auth::hash_new_password(pool_of(context.services), std::move(form->password), context.account,
                                       owner_of(row), context.services.known_passwords);
  if (!new_hash) co_return fail(new_hash.error());

  const crypto::Token token = crypto::Token::generate();
  Result<std::vector<pg::Query>> consequences = follow_change(
      context.account,
      {.staff_id = staff.staff_id, .email = row.email, .language = row.language, .kept = staff.session_hash},
      context.services.keys);
  if (!consequences) co_return fail(std::move(consequences.error()));
  std::vector<pg::Query> queries;
  queries.push_back(
      sql::change_staff_password(staff.account_id, staff.staff_id, row.password_hash.value_or(""), *new_hash));
  append(queries, std::move(*consequences));
  queries.push_back(sql::renew_staff_session(staff.account_id, staff.session_hash, token.hash()));
  queries.push_back(sql::load_staff_session(staff.account_id, token.hash()));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  context.services.staff_sessions.forget(staff.session_hash);
  co_return auth::answer_with_staff_session(*rows, staff.account_id, token, context.services.staff_sessions,
                                            context.cookies);
}

}  // namespace portal::features
