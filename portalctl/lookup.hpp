// Finding what the user named.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "portalctl/database.hpp"

namespace portal::portalctl {

struct AccountRecord {
  std::int64_t account_id;
  std::string name;
  std::optional<std::string> origin;            // none: the account has no host yet
  std::optional<std::string> default_language;  // none: the account has no portal yet
  bool has_visible_template;
};

Outcome<AccountRecord> find_account(Database& database, const std::string& slug);

struct ClientRecord {
  std::int64_t client_id;
  std::string name;
};

// `said` is an id, an external id or a name; several clients of one name are refused with their ids.
Outcome<ClientRecord> find_client(Database& database, std::int64_t account_id, const std::string& said);

// What a list is about.
struct Scope {
  std::int64_t account_id;
  std::optional<std::int64_t> client_id;  // none: all clients
};

// `client` may be empty.
Outcome<Scope> find_scope(Database& database, const std::string& slug, const std::string& client);

}  // namespace portal::portalctl
