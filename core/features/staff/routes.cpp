#include "features/staff/routes.hpp"

#include <array>

#include "auth/render_staff_session.hpp"
#include "auth/session_cookie.hpp"
#include "auth/staff_sessions.hpp"
#include "edge/services.hpp"
#include "features/staff/activation.hpp"
#include "features/staff/me.hpp"
#include "features/staff/member_reset.hpp"
#include "features/staff/password.hpp"
#include "features/staff/sign_in.hpp"
#include "features/staff/users.hpp"
#include "http/query.hpp"
#include "sql/staff.hpp"

namespace portal::features {
namespace {

Task<Result<http::Response>> get_staff_session(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::load_staff_session(context.staff.account_id, context.staff.session_hash));
  Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kNotSignedIn);
  co_return http::Response::json(auth::render_staff_session(sql::LoadStaffSessionRow::decode(rows->front()[0])));
}

Task<Result<http::Response>> staff_sign_out(edge::VisitorContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  if (context.staff_session) {
    const access::SessionHash hash = *context.staff_session;
    std::vector<pg::Query> queries;
    queries.push_back(sql::end_staff_session(context.account.id, hash));
    std::vector<std::uint8_t> lookup(hash.begin(), hash.end());
    Result<std::vector<pg::Rows>> rows = co_await context.staff_database.write(std::move(lookup), std::move(queries));
    if (!rows) co_return fail(std::move(rows.error()));
    context.services.staff_sessions.forget(hash);
    if (!rows->front().empty()) context.subject.staff_id = sql::EndStaffSessionRow::decode(rows->front()[0]).staff_id;
  }
  http::Response response = http::Response::no_content();
  response.cookies.push_back(auth::format_cleared_session_cookie(context.cookies, auth::SessionCookie::kStaff));
  co_return response;
}

constexpr std::array kRoutes = {
    edge::Route::for_staff(http::Method::kGet, "/staff/session", "get_staff_session", access::StaffRole::kViewer,
                           get_staff_session),
    edge::Route::open(http::Method::kPost, "/staff/session", "staff_sign_in", staff_sign_in),
    edge::Route::open(http::Method::kDelete, "/staff/session", "staff_sign_out", staff_sign_out),
    edge::Route::open(http::Method::kPost, "/staff/activation/lookup", "look_up_staff_activation",
                      look_up_staff_activation),
    edge::Route::open(http::Method::kPost, "/staff/activation", "activate_staff", activate_staff),
    edge::Route::open(http::Method::kPost, "/staff/password-reset", "request_staff_password_reset",
                      request_staff_password_reset),
    edge::Route::open(http::Method::kPost, "/staff/password", "reset_staff_password", reset_staff_password),
    edge::Route::for_staff(http::Method::kPatch, "/staff/me", "update_staff_me", access::StaffRole::kViewer,
                           update_staff_me),
    edge::Route::for_staff(http::Method::kPost, "/staff/me/password", "change_staff_password",
                           access::StaffRole::kViewer, change_staff_password),
    edge::Route::for_staff(http::Method::kGet, "/staff/sessions", "list_staff_sessions", access::StaffRole::kViewer,
                           list_staff_sessions),
    edge::Route::for_staff(http::Method::kDelete, "/staff/sessions/{id}", "end_own_staff_session",
                           access::StaffRole::kViewer, end_own_staff_session),
    edge::Route::for_staff(http::Method::kGet, "/staff/users", "list_staff_users", access::StaffRole::kViewer,
                           list_staff_users),
    edge::Route::for_staff(http::Method::kPost, "/staff/users", "add_staff_user", access::StaffRole::kOwner,
                           add_staff_user),
    edge::Route::for_staff(http::Method::kPatch, "/staff/users/{id}", "update_staff_user", access::StaffRole::kOwner,
                           update_staff_user),
    edge::Route::for_staff(http::Method::kDelete, "/staff/users/{id}", "remove_staff_user", access::StaffRole::kOwner,
                           remove_staff_user),
    edge::Route::for_staff(http::Method::kPost, "/staff/users/{id}/resend", "resend_staff_invitation",
                           access::StaffRole::kOwner, resend_staff_invitation),
    edge::Route::for_staff(http::Method::kPost, "/staff/members/{id}/password-reset", "start_member_reset",
                           access::StaffRole::kManager, start_member_reset),
};

}  // namespace

std::span<const edge::Route> staff_routes() { return kRoutes; }

}  // namespace portal::features
