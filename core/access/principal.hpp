// Who is asking: an account, and in it a member who acts in exactly one membership.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "access/permission.hpp"

namespace portal::access {

// A business and the address at which its portal is served; from the worker's host map.
struct Account {
  std::int64_t id = 0;
  std::string slug;
  std::string host;    // lower case, without port
  std::string origin;  // "https://host[:port]", what browsers send as Origin
  std::string time_zone;
  bool suspended = false;
};

using SessionHash = std::array<std::uint8_t, 32>;  // SHA-256 of the session token

// What the worker remembers of a session. `enter` confirms it in every segment (core/access/database.hpp).
struct Member {
  std::int64_t account_id = 0;
  std::int64_t member_id = 0;
  std::int64_t membership_id = 0;
  std::int64_t client_id = 0;
  Permissions permissions;
  SessionHash session_hash{};
};

}  // namespace portal::access
