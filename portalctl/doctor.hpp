// Looks a set-up over and says of everything that is wrong or missing how it is mended, in the order in which to do it.
// Changes nothing.
#pragma once

#include <string>
#include <vector>

#include "portalctl/settings.hpp"

namespace portal::portalctl {

struct Finding {
  std::string subject;  // database, roles, keys, ...
  bool is_well = true;
  std::string says;
  std::string mend;         // what to do; empty when all is well
  bool is_command = false;  // `mend` can be run as it stands, once the words in capitals are filled in
};

struct DoctorOptions {
  std::string sql_folder;
  std::string nginx_configuration;  // empty: Debian's, where there is one
};

std::vector<Finding> examine(const Settings& settings, const DoctorOptions& options);

}  // namespace portal::portalctl
