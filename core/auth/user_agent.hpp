// What a browser calls itself, kept so that people recognise their sessions.
#pragma once

#include <optional>
#include <string_view>

#include "http/request.hpp"

namespace portal::auth {

// As much of it as the column takes; nothing when it is no valid text.
std::optional<std::string_view> user_agent_of(const http::Request& request);

}  // namespace portal::auth
