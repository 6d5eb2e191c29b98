#pragma once

#include "edge/route.hpp"

namespace portal::features {

// POST /email/confirm. The address that the link was sent to becomes the login, and the one before is told of it.
Task<Result<http::Response>> confirm_email(edge::VisitorContext context);

}  // namespace portal::features
