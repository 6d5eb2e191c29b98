// Where a command finds the database, the keys and the files: from the command line, else from the environment, else
// from /etc/portico/portalctl.conf.
#pragma once

#include <string>

#include "portalctl/failure.hpp"

namespace portal::portalctl {

inline constexpr const char* kSettingsFile = "/etc/portico/portalctl.conf";

// As they stand on the command line; empty: not given.
struct Settings {
  std::string file;
  std::string database;  // a libpq conninfo without password
  std::string password_file;
  std::string keys_file;
  std::string files;             // the folder of portal_files
  bool trusted_network = false;  // of nginx's portal_postgres: the way to the database needs no TLS
  bool verbose = false;
};

// Fills in what was not given. A settings file that was not named need not exist.
Outcome<Settings> complete(Settings given);

}  // namespace portal::portalctl
