// What staff send of clients, contacts and sites, checked, as the objects that the statements take.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::features::clients {

// Each takes a body and answers JSON with the members that were there. kInvalidJson, kInvalidField.
Result<std::string> read_new_client(std::string_view body);
Result<std::string> read_client_changes(std::string_view body);
Result<std::string> read_new_contact(std::string_view body);
Result<std::string> read_contact_changes(std::string_view body);
Result<std::string> read_new_site(std::string_view body);
Result<std::string> read_site_changes(std::string_view body);

}  // namespace portal::features::clients
