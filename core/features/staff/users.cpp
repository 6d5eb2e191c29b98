#include "features/staff/users.hpp"

#include <array>
#include <chrono>

#include "access/repeatable.hpp"
#include "auth/email.hpp"
#include "auth/link_message.hpp"
#include "base/choice.hpp"
#include "base/limits.hpp"
#include "crypto/token.hpp"
#include "edge/services.hpp"
#include "http/query.hpp"
#include "json/plain_text.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "sql/staff_users.hpp"

namespace portal::features {
namespace {

constexpr std::int32_t kMaximumUsers = 500;  // as docs/openapi.yaml says
constexpr std::chrono::seconds kInvitationLife = std::chrono::days(7);

constexpr std::array kRoles = {
    Choice<access::StaffRole>{"viewer", access::StaffRole::kViewer},
    Choice<access::StaffRole>{"manager", access::StaffRole::kManager},
    Choice<access::StaffRole>{"owner", access::StaffRole::kOwner},
};

std::optional<std::string_view> none_if_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// The schema StaffUser of docs/openapi.yaml. Rows of two statements are alike.
template <class Row>
void write_user(json::Writer& writer, const Row& user) {
  writer.begin_object().id_member("id", user.staff_id).member("email", user.email);
  writer.member("first_name", none_if_empty(user.first_name)).member("surname", none_if_empty(user.surname));
  writer.member("role", user.role).member("work_request_mail", user.work_request_mail).member("state", user.state);
  writer.member("last_sign_in_at", user.last_sign_in_at).member("created_at", user.created_at).end_object();
}

Result<http::Response> answer_with_user(const pg::Rows& rows, http::Status status) {
  if (rows.empty()) return fail(ErrorCode::kConflict);  // whom a repeated request added is gone again
  json::Writer writer;
  write_user(writer, sql::GetStaffUserRow::decode(rows[0]));
  return http::Response::json(writer.take(), status);
}

std::vector<pg::Query> nothing_to_read(std::optional<std::int64_t> /*made_id*/) { return {}; }

struct NewUser {
  std::string email;
  access::StaffRole role = access::StaffRole::kViewer;
  std::optional<std::string> first_name;
  std::optional<std::string> surname;
  std::optional<std::string> language;
};

Result<NewUser> read_new_user(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  NewUser user;
  const std::string email = body.text("email", {.maximum = limits::kEmailBytes});
  user.role = body.choice("role", kRoles);
  user.first_name = body.optional_text("first_name", {.maximum = limits::kPersonNameCharacters});
  user.surname = body.optional_text("surname", {.maximum = limits::kPersonNameCharacters});
  json::require_one_line(body, "first_name", user.first_name);
  json::require_one_line(body, "surname", user.surname);
  user.language = body.optional_text("language", {.maximum = 2});
  if (user.language && *user.language != "en" && *user.language != "es") body.add_error("language", "invalid_choice");
  const std::optional<std::string> normalised = auth::normalise_email(email);
  if (!normalised && !email.empty()) body.add_error("email", "invalid_email");
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  user.email = *normalised;
  return user;
}

struct UserChange {
  std::optional<access::StaffRole> role;
  std::optional<bool> work_request_mail;
};

Result<UserChange> read_change(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  UserChange change;
  change.work_request_mail = body.optional_boolean("work_request_mail");
  if (change.work_request_mail) {
    change.role = body.optional_choice("role", kRoles);
  } else {
    change.role = body.choice("role", kRoles);  // something has to be there
  }
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return change;
}

// A link to the console, whose hash is stored, and the sealed message that carries it.
struct Invitation {
  crypto::Digest token_hash;
  auth::LinkMessage message;
};

Result<Invitation> make_invitation(const access::Account& account, const crypto::Keyring& keys) {
  const crypto::Token token = crypto::Token::generate();
  std::string url = account.origin + "/console/activate#" + token.text();
  Result<auth::LinkMessage> message = auth::seal_link_message(account.id, url, keys);
  crypto::wipe(url.data(), url.size());
  if (!message) return fail(std::move(message.error()));
  return Invitation{.token_hash = token.hash(), .message = std::move(*message)};
}

constexpr auto kLifetime = static_cast<std::int32_t>(kInvitationLife.count());

}  // namespace

Task<Result<http::Response>> list_staff_users(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::list_staff_users(context.account.id, kMaximumUsers));
  Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  const pg::Rows& users = rows->front();
  json::Writer writer(64 + static_cast<std::size_t>(users.size()) * 256);
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < users.size(); ++index) write_user(writer, sql::ListStaffUsersRow::decode(users[index]));
  co_return http::Response::json(writer.end_array().key("next_cursor").null().end_object().take());
}

Task<Result<http::Response>> add_staff_user(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<NewUser> user = read_new_user(context.request.body);
  if (!user) co_return fail(user.error());
  const Result<Invitation> invitation = make_invitation(context.account, context.services.keys);
  if (!invitation) co_return fail(invitation.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::add_staff_user(context.account.id, user->email, access::name_of(user->role), user->first_name,
                                        user->surname, user->language, invitation->token_hash, kLifetime,
                                        invitation->message.reference, invitation->message.payload.bytes,
                                        invitation->message.payload.key_id));
  access::ReadBack read = [account_id = context.account.id](std::optional<std::int64_t> staff_id) {
    std::vector<pg::Query> reading;
    reading.push_back(sql::get_staff_user(account_id, staff_id));
    return reading;
  };
  const Result<std::vector<pg::Rows>> rows = co_await access::write_once(context, std::move(queries), std::move(read));
  if (!rows) co_return fail(rows.error());
  co_return answer_with_user(rows->front(), http::Status::kCreated);
}

Task<Result<http::Response>> update_staff_user(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> staff_id = context.path.id(0);
  if (!staff_id) co_return fail(staff_id.error());
  const Result<UserChange> change = read_change(context.request.body);
  if (!change) co_return fail(change.error());
  std::vector<pg::Query> queries;
  if (change->role) {
    queries.push_back(sql::lock_owners(context.account.id));
    queries.push_back(sql::change_staff_role(context.account.id, *staff_id, access::name_of(*change->role)));
  }
  if (change->work_request_mail)
    queries.push_back(sql::switch_staff_mail(context.account.id, *staff_id, *change->work_request_mail));
  queries.push_back(sql::get_staff_user(context.account.id, *staff_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return answer_with_user(rows->back(), http::Status::kOk);
}

Task<Result<http::Response>> remove_staff_user(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> staff_id = context.path.id(0);
  if (!staff_id) co_return fail(staff_id.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::lock_owners(context.account.id));
  queries.push_back(sql::remove_staff_user(context.account.id, *staff_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return http::Response::no_content();
}

Task<Result<http::Response>> resend_staff_invitation(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  const Result<std::int64_t> staff_id = context.path.id(0);
  if (!staff_id) co_return fail(staff_id.error());
  const Result<Invitation> invitation = make_invitation(context.account, context.services.keys);
  if (!invitation) co_return fail(invitation.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::resend_staff_invitation(context.account.id, *staff_id, invitation->token_hash, kLifetime,
                                                 invitation->message.reference, invitation->message.payload.bytes,
                                                 invitation->message.payload.key_id));
  const Result<std::vector<pg::Rows>> rows = co_await access::write_once(context, std::move(queries), nothing_to_read);
  if (!rows) co_return fail(rows.error());
  http::Response response = http::Response::no_content();
  response.status = http::Status::kAccepted;
  co_return response;
}

}  // namespace portal::features
