// Looks a set-up over and says of everything that is wrong how it is mended. Changes nothing.
#pragma once

#include <string>
#include <vector>

#include "portalctl/settings.hpp"

namespace portal::portalctl {

struct Finding {
  std::string subject;  // database, roles, keys, ...
  bool is_well = true;
  std::string says;
  std::string mend;  // what to do; empty when all is well
};

struct DoctorOptions {
  std::string sql_folder;
  std::string nginx_configuration;  // empty: not looked at
};

std::vector<Finding> examine(const Settings& settings, const DoctorOptions& options);

}  // namespace portal::portalctl
