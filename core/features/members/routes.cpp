#include "features/members/routes.hpp"

#include <array>

#include "features/members/handlers.hpp"

namespace portal::features {
namespace {

using access::StaffRole;
using edge::Route;
using http::Method;

constexpr std::array kRoutes = {
    Route::for_staff(Method::kGet, "/staff/members", "list_members", StaffRole::kViewer, members::list_members),
    Route::for_staff(Method::kGet, "/staff/members/{id}", "get_member", StaffRole::kViewer, members::get_member),
    Route::for_staff(Method::kPatch, "/staff/members/{id}", "update_member", StaffRole::kManager,
                     members::update_member),
    Route::for_staff(Method::kDelete, "/staff/members/{id}", "remove_member", StaffRole::kManager,
                     members::remove_member),
    Route::for_staff(Method::kPost, "/staff/members/{id}/email-confirmation", "send_confirmation", StaffRole::kManager,
                     members::send_confirmation),
    Route::for_staff(Method::kPost, "/staff/invitations", "invite_member", StaffRole::kManager, members::invite_member),
    Route::for_staff(Method::kPost, "/staff/invitations/bulk", "invite_members", StaffRole::kManager,
                     members::invite_members),
    Route::for_staff(Method::kPost, "/staff/invitations/resend", "resend_invitations", StaffRole::kManager,
                     members::resend_invitations),
    Route::for_staff(Method::kPost, "/staff/invitations/{id}/resend", "resend_invitation", StaffRole::kManager,
                     members::resend_invitation),
    Route::for_staff(Method::kDelete, "/staff/invitations/{id}", "cancel_invitation", StaffRole::kManager,
                     members::cancel_invitation),
    Route::for_key(Method::kPost, "/invitations", "invite_by_key", access::Scope::kInvite, members::invite_by_key),
    Route::for_staff(Method::kGet, "/staff/messages", "list_messages", StaffRole::kViewer, members::list_messages),
    Route::for_staff(Method::kPost, "/staff/messages/{id}/retry", "retry_message", StaffRole::kManager,
                     members::retry_message),
};

}  // namespace

std::span<const edge::Route> members_routes() { return kRoutes; }

}  // namespace portal::features
