// The settings of an account's portal, and what of its jobs it shows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "portalctl/database.hpp"
#include "portalctl/output.hpp"

namespace portal::portalctl {

// What was not named stays as it is; an empty text takes an optional setting away.
struct PortalChanges {
  std::optional<std::string> name;
  std::optional<std::string> accent_colour;
  std::optional<std::string> contact_phone;
  std::optional<std::string> contact_email;
  std::optional<std::string> contact_website;
  std::optional<std::string> privacy_url;
  std::optional<std::string> terms_url;
  std::optional<std::string> imprint_url;
  std::optional<std::string> default_language;
  std::vector<std::string> languages;
  std::vector<std::string> show_templates;
  std::vector<std::string> hide_templates;
  std::vector<std::string> show_fields;
  std::vector<std::string> hide_fields;
};

// All of it or nothing. Makes the portal when there is none, under `account_name` unless the changes name it.
Outcome<void> change_portal(Database& database, std::int64_t account_id, const std::string& account_name,
                            const PortalChanges& changes);

Outcome<void> print_portal(Database& database, std::int64_t account_id, Format format);

}  // namespace portal::portalctl
