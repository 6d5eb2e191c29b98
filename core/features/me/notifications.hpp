// /me/notifications: of what a member is told by mail, for the client of the present membership.
#pragma once

#include "edge/route.hpp"

namespace portal::features {

Task<Result<http::Response>> get_my_notifications(edge::MemberContext context);
Task<Result<http::Response>> put_my_notifications(edge::MemberContext context);

}  // namespace portal::features
