#pragma once

#include "edge/route.hpp"

namespace portal::features {

// GET /sessions: where the member is signed in.
Task<Result<http::Response>> list_sessions(edge::MemberContext context);

// DELETE /sessions/{id}: one of them ends, and is dead at its next request, whatever a worker or Redis remembers.
Task<Result<http::Response>> end_session(edge::MemberContext context);

}  // namespace portal::features
