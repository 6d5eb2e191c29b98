// Members and invitations, as staff see and change them. An {id} is a membership's.
#pragma once

#include "edge/route.hpp"

namespace portal::features::members {

Task<Result<http::Response>> list_members(edge::StaffContext context);
Task<Result<http::Response>> get_member(edge::StaffContext context);
Task<Result<http::Response>> update_member(edge::StaffContext context);
Task<Result<http::Response>> remove_member(edge::StaffContext context);
// To the address that waits, or to another in its place.
Task<Result<http::Response>> send_confirmation(edge::StaffContext context);

Task<Result<http::Response>> invite_member(edge::StaffContext context);
Task<Result<http::Response>> resend_invitation(edge::StaffContext context);
Task<Result<http::Response>> cancel_invitation(edge::StaffContext context);
Task<Result<http::Response>> invite_members(edge::StaffContext context);
Task<Result<http::Response>> resend_invitations(edge::StaffContext context);
// POST /invitations, with a key of the scope `invite`.
Task<Result<http::Response>> invite_by_key(edge::KeyContext context);

Task<Result<http::Response>> list_messages(edge::StaffContext context);
Task<Result<http::Response>> retry_message(edge::StaffContext context);

}  // namespace portal::features::members
