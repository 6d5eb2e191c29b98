// Members and invitations, as staff see and change them. An {id} is a membership's.
#pragma once

#include "edge/route.hpp"

namespace portal::features::members {

Task<Result<http::Response>> list_members(edge::StaffContext context);
Task<Result<http::Response>> get_member(edge::StaffContext context);
Task<Result<http::Response>> update_member(edge::StaffContext context);
Task<Result<http::Response>> remove_member(edge::StaffContext context);

Task<Result<http::Response>> invite_member(edge::StaffContext context);
Task<Result<http::Response>> resend_invitation(edge::StaffContext context);
Task<Result<http::Response>> cancel_invitation(edge::StaffContext context);
Task<Result<http::Response>> invite_members(edge::StaffContext context);
Task<Result<http::Response>> resend_invitations(edge::StaffContext context);

Task<Result<http::Response>> list_messages(edge::StaffContext context);
Task<Result<http::Response>> retry_message(edge::StaffContext context);

}  // namespace portal::features::members
