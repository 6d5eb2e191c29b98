// What owners send of how their mail leaves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace portal::features::staff_mail {

struct Server {
  std::string host;
  std::int32_t port = 0;
  std::string_view security;
  std::optional<std::string> username;
  std::optional<crypto::SecretString> password;  // none: the one that is there, of a server that has a user
};

struct Form {
  std::optional<std::string> sender_name;
  std::optional<std::string> sender_address;
  std::optional<std::string> reply_to;
  std::optional<Server> server;
};

// Everything is told: what is null is not set any more.
Result<Form> read_form(std::string_view body);

}  // namespace portal::features::staff_mail
